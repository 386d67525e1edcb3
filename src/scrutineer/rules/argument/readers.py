"""What is known of functions and traits that make numbers and records of bytes, from `input.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from scrutineer.program.memo import kept
from scrutineer.program.program import Program


class _Readers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    methods: frozenset[str]
    functions: frozenset[str]
    records: frozenset[str]


@cache
def _readers() -> _Readers:
    return msgspec.toml.decode((files(__package__) / "input.toml").read_bytes(), type=_Readers)


def reads_number(name: str) -> bool:
    """Whether a function, as a call writes it (`.read_u32`, `u32::from_le_bytes`), makes a number of bytes."""
    if name[:1] == ".":
        return name[1:] in _readers().methods
    return "::".join(name.split("::")[-2:]) in _readers().functions


@kept
def records_of(program: Program) -> frozenset[str]:
    """Types of a crate that any bytes may be taken for: their fields are what the author of the bytes wrote."""
    wanted = _readers().records
    by_impl = (
        program.resolver.impl_scope(impl.index).self_type
        for impl in program.impls
        if impl.item.trait is not None and impl.item.trait.last in wanted and not impl.item.negative
    )
    by_derive = (
        path
        for path, entries in program.type_paths.items()
        if any(
            not wanted.isdisjoint(each.rpartition("::")[2] for each in entry.item.derives)
            for entry in entries
        )
    )
    return frozenset((*(type_.name for type_ in by_impl if type_ is not None), *by_derive))
