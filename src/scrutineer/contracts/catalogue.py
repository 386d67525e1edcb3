"""The contracts of std and of Rust's unsafe operations, from `standard.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from scrutineer.model.contract import Contract, Precondition, Property
from scrutineer.program.tables import standard

Operation = Literal[
    "deref read", "deref write", "deref shared", "deref unique", "deref place", "union read", "static read",
    "static write", "static borrow", "static extern", "foreign call", "asm", "feature call",
    "attribute no_mangle", "attribute export_name", "attribute link_section",
]  # fmt: skip

_FAMILIES = {
    "{uint}": [f"u{bits}" for bits in ("8", "16", "32", "64", "128", "size")],
    "{sint}": [f"i{bits}" for bits in ("8", "16", "32", "64", "128", "size")],
    "{counted}": ["alloc::rc::Rc", "alloc::sync::Arc"],
    "{weak}": ["alloc::rc::Weak", "alloc::sync::Weak"],
    "{atomic}": [
        f"core::sync::atomic::Atomic{kind}"
        for kind in ("Bool", "Ptr", "U8", "U16", "U32", "U64", "Usize", "I8", "I16", "I32", "I64", "Isize")
    ],
}
_FAMILIES["{int}"] = _FAMILIES["{uint}"] + _FAMILIES["{sint}"]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One obligation as the file writes it, or a named set of them."""

    property: Property | None = None
    set: str = ""
    words: str = ""
    about: int | str = -1
    extent: str = ""
    when: str = ""
    or_: tuple[_Line, ...] = msgspec.field(default=(), name="or")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: tuple[str, ...]
    obligations: tuple[_Line, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    release: str
    set: dict[str, tuple[_Line, ...]]
    contract: tuple[_Entry, ...]


@cache
def _file() -> _File:
    return msgspec.toml.decode((files(__package__) / "standard.toml").read_bytes(), type=_File)


@cache
def _entries() -> dict[str, _Entry]:
    return {name: entry for entry in _file().contract for written in entry.of for name in _expand(written)}


def _expand(name: str) -> list[str]:
    for family, members in _FAMILIES.items():
        if family in name:
            return [name.replace(family, member) for member in members]
    return [name]


def names() -> list[str]:
    """Everything that has an entry: functions by canonical path, `impl Trait`, operations."""
    return list(_entries())


@cache
def contract_of(path: str) -> Contract | None:
    """The contract of an unsafe function of std by its canonical path (`pointer::read` for a raw pointer's method)."""
    entry = _entries().get(path)
    if entry is None:
        return _of_instruction(path) if path.startswith("core::arch::") else None
    parameters = parameters_of(path)
    found = tuple(one for line in entry.obligations for one in _obligations(line, parameters))
    return Contract(of=path, source="catalogue", obligations=found, release=_file().release)


@cache
def contract_of_impl(trait: str) -> Contract | None:
    """What `unsafe impl Trait` promises, by the trait's canonical path."""
    return contract_of(f"impl {trait}")


@cache
def contract_of_operation(operation: Operation) -> Contract:
    """What an operation asks by its kind; argument 0 is the pointer, union or static itself."""
    entry = _entries()[operation]
    found = tuple(one for line in entry.obligations for one in _obligations(line, ()))
    return Contract(of=operation, source="operation", obligations=found, release=_file().release)


def _of_instruction(path: str) -> Contract | None:
    """An instruction asks for its processor features, and for memory behind each pointer it takes."""
    signature = standard().function(path)
    if signature is None:
        return None
    lines = list(_entries()["feature call"].obligations)
    for position, parameter in enumerate(signature.parameters):
        if parameter.type.kind == "pointer":
            lines.append(_Line(set="writable" if parameter.type.mutable else "readable", about=position))
    names = tuple(parameter.name for parameter in signature.parameters)
    found = tuple(one for line in lines for one in _obligations(line, names))
    return Contract(of=path, source="catalogue", obligations=found, release=_file().release)


def parameters_of(path: str) -> tuple[str, ...]:
    """Names of the arguments of a function of std, a receiver first as `self`; empty if the tables lack it."""
    tables = standard()
    owner, _, name = path.rpartition("::")
    methods = tables.method(owner, name)
    signature = tables.function(path) or (methods[0].signature if methods else None)
    if signature is None:
        return ()
    receiver = ("self",) if signature.receiver else ()
    return receiver + tuple(parameter.name for parameter in signature.parameters)


def _obligations(line: _Line, parameters: tuple[str, ...]) -> list[Precondition]:
    position, parameter = _subject(line.about, parameters)
    alternatives = tuple(one for other in line.or_ for one in _obligations(other, parameters))
    lines = _file().set[line.set] if line.set else (line,)
    found = []
    for each in lines:
        assert each.property is not None, f"neither a property nor a set: {line}"
        found.append(
            Precondition(
                property=each.property,
                words=each.words,
                parameter=parameter,
                position=position,
                extent=line.extent,
                condition=line.when,
                alternatives=alternatives,
            )
        )
    return found


def _subject(about: int | str, parameters: tuple[str, ...]) -> tuple[int, str]:
    if isinstance(about, str):
        return (parameters.index(about) if about in parameters else -1), about
    return about, parameters[about] if 0 <= about < len(parameters) else ""
