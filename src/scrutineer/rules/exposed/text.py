"""Bytes that are taken for text although safe callers can write any bytes there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.items import ImplItem
from scrutineer.model.span import Span
from scrutineer.program.entries import Entry, FunctionEntry
from scrutineer.program.program import Program
from scrutineer.rules.argument.origin import fields, is_bytes

_WRITERS = frozenset({"std::io::Write", "core::ops::DerefMut", "core::convert::AsMut", "core::ops::IndexMut"})
_TEXT = ("from_utf8_unchecked", "from_utf8_unchecked_mut")


class Written(msgspec.Struct, frozen=True):
    """A place that believes in UTF-8, and the impl through which anyone writes there."""

    point: Point
    type_: str
    path: str  # file and span of the writer, and how a caller names it
    span: Span
    through: str


def believed(program: Program, flow: FunctionFlow) -> Iterator[Written]:
    """Uses of a field as text whose type lets anyone write bytes to that field."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).name not in _TEXT or not operation.operands:
            continue
        for place in flow.values.of(operation.operands[0]).places():
            names = fields(place)
            if place.local != 1 or not names or not flow.entry.item.receiver:
                continue
            yield from _writers(program, flow, point, names[0])


def _writers(program: Program, flow: FunctionFlow, point: Point, field: str) -> Iterator[Written]:
    owner = program.resolver.scope_of(flow.entry).self_type
    if owner is None or owner.kind != "path":
        return
    for impl in program.impls:
        scope = program.resolver.impl_scope(impl.index)
        if scope.trait not in _WRITERS or scope.self_type is None or scope.self_type.name != owner.name:
            continue
        if any(_touches(program, function, field) for function in _members(program, impl)):
            path = program.files[impl.file].path
            yield Written(point, owner.last, path, impl.item.name_span, scope.trait.rpartition("::")[2])
    for entry in program.functions:
        if _lends(program, entry, owner.name) and _touches(program, entry.index, field):
            path = program.files[entry.file].path
            yield Written(point, owner.last, path, entry.item.name_span, entry.item.name)


def _lends(program: Program, entry: FunctionEntry, owner: str) -> bool:
    """Whether a safe method of the type hands out its bytes mutably to callers outside."""
    result = entry.item.result
    if entry.item.unsafe or entry.item.receiver != "&mut self" or result.kind != "ref" or not result.mutable:
        return False
    type_ = program.resolver.scope_of(entry).self_type
    if type_ is None or type_.name != owner or not program.visibility.is_reachable(entry):
        return False
    return is_bytes(program.resolver.signature(entry.index).result)


def _members(program: Program, impl: Entry[ImplItem]) -> Iterator[int]:
    number = impl.index - program.start(impl.file, "impls")
    for offset, function in enumerate(program.files[impl.file].functions):
        if function.impl_ == number:
            yield program.start(impl.file, "functions") + offset


def _touches(program: Program, function: int, field: str) -> bool:
    """Whether a function writes the field of `self`, or borrows it mutably."""
    entry = program.functions[function]
    skeletons = program.files[entry.file].skeletons
    if entry.number >= len(skeletons):
        return False
    return any(f"{path}.".startswith(f"self.{field}.") for path in skeletons[entry.number].writes)
