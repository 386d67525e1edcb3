"""Rust functions of a foreign ABI that foreign code calls, and how it comes to know them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from scrutineer.model.body import Body, Operation
from scrutineer.model.span import Span
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.unit import Unit

_RUST = frozenset({"", "Rust", "rust-call", "rust-cold", "rust-intrinsic"})
_EXPORTS = frozenset({"no_mangle", "export_name"})
_WORD = re.compile(r"\w+")


class Handed(msgspec.Struct, frozen=True):
    """How foreign code gets hold of a function: it is exported, or its address is taken at a place."""

    entry: FunctionEntry
    path: str = ""  # "" where it is exported by name
    span: Span | None = None


def is_foreign(abi: str) -> bool:
    """Whether callers of a function of this ABI need not be Rust."""
    return abi not in _RUST


def is_unwinding(abi: str) -> bool:
    """Whether a panic may pass a function of this ABI."""
    return abi.endswith("-unwind")


def callbacks(unit: Unit, wanted: Callable[[str], bool]) -> Iterator[Handed]:
    """Each Rust function of a wanted ABI that is exported, or whose address is taken by name."""
    entries = [
        entry
        for entry in unit.program.functions
        if entry.item.body_span is not None and wanted(entry.item.abi)
    ]
    taken = _taken(unit, {entry.item.name for entry in entries}) if entries else {}
    for entry in entries:
        if any(attribute.path in _EXPORTS for attribute in entry.item.attributes):
            yield Handed(entry)
        elif entry.item.name in taken:
            yield Handed(entry, *taken[entry.item.name])


def users(unit: Unit, names: set[str]) -> Iterator[FunctionEntry]:
    """Functions in whose text one of the names stands."""
    program = unit.program
    search = re.compile(rb"\b(?:" + b"|".join(sorted(name.encode() for name in names)) + rb")\b").search
    for entry in program.functions:
        span = entry.item.body_span
        if span is not None and (
            span.path or search(program.macros.read(program.files[entry.file].path), span.start, span.end)
        ):
            yield entry


def _taken(unit: Unit, names: set[str]) -> dict[str, tuple[str, Span]]:
    """Where a function of one of these names is first used as a value: in a body, a const or a static."""
    program = unit.program
    found: dict[str, tuple[str, Span]] = {}
    for facts in program.files:
        for value in facts.values:
            for word in names.intersection(_WORD.findall(value.value)):
                found.setdefault(word, (facts.path, value.name_span))
        for body in facts.bodies:
            if body.function < 0:
                _note(body, facts.path, names, found)
    for entry in users(unit, names):
        lowered = program.typing.body_of(entry.index)
        if lowered is not None:
            _note(lowered, program.files[entry.file].path, names, found)
    return found


def _note(body: Body, path: str, names: set[str], found: dict[str, tuple[str, Span]]) -> None:
    for block in body.blocks:
        for operation in block.operations:
            for word in named(operation):
                if word in names:
                    found.setdefault(word, (path, operation.span))
    for closure in body.closures:
        _note(closure, path, names, found)


def named(operation: Operation) -> Iterator[str]:
    """Last segments of the items that an operation takes as values."""
    for operand in operation.operands:
        if operand.mode == "constant" and operand.place is not None and operand.place.static:
            yield operand.place.static.partition("::<")[0].rpartition("::")[2]
