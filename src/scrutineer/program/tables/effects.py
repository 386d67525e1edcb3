"""What functions of the standard library do: from their signatures, and from `effects.toml` where those do not say."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

import msgspec

from scrutineer.model.items import Generics
from scrutineer.model.types import INTEGERS, NEVER, TypeRef
from scrutineer.program.tables.records import Header, Signature

Effect = Literal[
    "never_unwinds", "drops", "reallocates", "frees", "forgets", "owns_raw", "duplicates", "drops_in_place",
    "detaches", "uninitialised", "spawns", "catches_unwind", "aborts", "blocks",
]  # fmt: skip
EFFECTS: tuple[Effect, ...] = get_args(Effect)

INERT_TRAITS = frozenset(
    f"core::{path}"
    for path in (
        "marker::Sized", "marker::Send", "marker::Sync", "marker::Copy", "marker::Unpin", "marker::Tuple",
        "marker::PointeeSized", "marker::MetaSized", "ptr::Thin", "marker::Destruct", "alloc::Allocator", "panic::UnwindSafe",
        "panic::RefUnwindSafe", "any::Any", "marker::ConstParamTy_", "marker::StructuralPartialEq",
    )
)  # fmt: skip
"""Traits without methods that a user writes, and the allocator, which is never the audited crate's in practice."""


class _Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    functions: tuple[str, ...]
    integer_prefixes: tuple[str, ...] = ()


@cache
def _table() -> dict[str, frozenset[Effect]]:
    raw = msgspec.toml.decode((files(__package__) / "effects.toml").read_bytes(), type=dict[str, _Effect])
    found: dict[str, set[Effect]] = {}
    for name, entry in raw.items():
        for function in entry.functions:
            found.setdefault(function, set()).add(cast("Effect", name))
        for prefix in entry.integer_prefixes:
            found.setdefault(f"integer::{prefix}", set()).add(cast("Effect", name))
    return {function: frozenset(effects) for function, effects in found.items()}


def known() -> list[str]:
    """Every name that the table has an entry for."""
    return sorted(_table())


def effects_of(path: str) -> frozenset[Effect]:
    """Effects of a function by its canonical path (`slice::get_unchecked` for a primitive); empty: none known."""
    table = _table()
    owner, _, name = path.rpartition("::")
    found = table.get(path, frozenset()) | table.get(f"{owner}::*", frozenset())
    if owner in INTEGERS:
        for key, effects in table.items():
            if key.startswith("integer::") and name.startswith(key.removeprefix("integer::")):
                found |= effects
    return found


def user_code(signature: Signature, header: Header | None = None) -> tuple[tuple[TypeRef, TypeRef], ...]:
    """Which code of its user a library function may call: pairs of a type and the trait it calls it through.

    A closure parameter is (parameter, `FnMut(..) -> ..`), a bound of the impl or of the method (parameter, `Ord`).
    A trait's own method called on `Self` is not among them: that call is the user's code itself.
    """
    found: list[tuple[TypeRef, TypeRef]] = []
    for generics in (header.generics if header else Generics(), signature.generics):
        found += [
            (bound.subject, trait)
            for bound in generics.bounds
            for trait in bound.traits
            if trait.name not in INERT_TRAITS and not trait.name.startswith("?")
        ]
    for parameter in signature.parameters:
        found += [
            (parameter.type, trait) for trait in _opaque(parameter.type) if trait.name not in INERT_TRAITS
        ]
    return tuple(found)


def returns(signature: Signature) -> bool:
    """Whether the function can return at all."""
    return signature.result != NEVER


def _opaque(type_: TypeRef) -> tuple[TypeRef, ...]:
    if type_.kind in {"impl", "dyn"}:
        return type_.args
    return tuple(trait for part in type_.args for trait in _opaque(part)) if type_.kind != "fn" else ()
