"""Lifetimes of results that no input carries, or that outlive the guard behind them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.model.items import Function
from scrutineer.model.types import PRIMITIVES, TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program
from scrutineer.program.tables.locks import guard_types

_POINTERS = frozenset({"core::ptr::NonNull", "core::sync::atomic::AtomicPtr"})
_GUARDS = frozenset({"core::cell::Ref", "core::cell::RefMut"})


class Untied(msgspec.Struct, frozen=True):
    """A function whose result lives longer than what it points into, and why."""

    function: FunctionEntry
    lifetime: str
    why: str


def lifetimes_in(type_: TypeRef, *, objects: bool = True) -> set[str]:
    """Named lifetimes that a type mentions; without `objects` not those that only bound a trait object's type."""
    found = set(type_.lifetimes) if objects or type_.kind not in {"dyn", "impl"} else set()
    for part in (*type_.args, *(bound for _, bound in type_.bindings)):
        found |= lifetimes_in(part, objects=objects)
    return found


def free_lifetimes(program: Program, entry: FunctionEntry) -> Iterator[Untied]:
    """A lifetime of the function that only its result mentions: the caller chooses it, `'static` included."""
    item = entry.item
    own = set(item.generics.lifetimes)
    if not own or item.unsafe or (not item.parameters and not item.receiver):
        return
    given = {lifetime for parameter in item.parameters for lifetime in lifetimes_in(parameter.type)}
    given |= {item.receiver_lifetime}
    given |= {lifetime for bound in item.generics.bounds for lifetime in bound.lifetimes}
    given |= {name for bound in item.generics.bounds for name in lifetimes_in(bound.subject)}
    given |= {
        name for bound in item.generics.bounds for trait in bound.traits for name in lifetimes_in(trait)
    }
    for lifetime in sorted(own & lifetimes_in(item.result, objects=False) - given):
        if (
            _borrows(program, entry)
            and _result_points(program, entry)
            and not _is_optional(program, entry, lifetime)
        ):
            yield Untied(entry, lifetime, "no parameter has it, so the caller may choose any")


def _borrows(program: Program, entry: FunctionEntry) -> bool:
    """Whether an argument is borrowed that holds or leads to something: else the result can only be static data."""
    lent = [
        type_
        for type_ in program.resolver.signature(entry.index).parameters
        if type_.kind == "ref" and type_.args
    ]
    return any(not _is_plain(program, type_.args[0], 3) for type_ in lent)


def _is_plain(program: Program, type_: TypeRef, depth: int) -> bool:
    """Whether a type is a number, or a Copy struct of numbers: a key, that leads nowhere."""
    if type_.kind == "path" and type_.name in PRIMITIVES - {"str"}:
        return True
    fields = fields_of(program, type_) if type_.kind == "path" and depth else None
    copied = fields is not None and program.properties.is_copy(type_) == "yes"
    return copied and all(_is_plain(program, field, depth - 1) for field in (fields or {}).values())


def _is_optional(program: Program, entry: FunctionEntry, lifetime: str) -> bool:
    """Whether the result is a struct of the crate that uses the lifetime only for what may still be absent."""
    result = next((part for part in _parts(entry.item.result) if lifetime in part.lifetimes), None)
    resolved = program.resolver.signature(entry.index).result
    written = [program.type_entry(part.name) for part in _parts(resolved) if part.kind == "path"]
    for found in written:
        if found is None or result is None or found[1].item.name != result.last:
            continue
        names = found[1].item.generics.lifetimes
        own = names[result.lifetimes.index(lifetime)] if len(names) == len(result.lifetimes) else ""
        users = [field.type for field in found[1].item.fields if own in lifetimes_in(field.type)]
        return bool(users) and all(type_.last in {"Option", "Vec"} for type_ in users)
    return False


def _result_points(program: Program, entry: FunctionEntry) -> bool:
    """Whether the result is a reference made by unsafe code, or holds raw pointers."""
    result = program.resolver.signature(entry.index).result
    return any(holds_pointer(program, part, 3) for part in _parts(result)) or entry.item.result.kind == "ref"


def _parts(type_: TypeRef) -> Iterator[TypeRef]:
    yield type_
    for arg in type_.args:
        yield from _parts(arg)


def holds_pointer(program: Program, type_: TypeRef, depth: int) -> bool:
    """Whether a type has a raw pointer among its fields."""
    if type_.kind == "pointer" or type_.name in _POINTERS:
        return True
    if depth == 0 or type_.kind != "path" or program.crate_of(type_.name) is None:
        return False
    return any(
        holds_pointer(program, field, depth - 1)
        or any(holds_pointer(program, a, depth - 1) for a in field.args)
        for field in (fields_of(program, type_) or {}).values()
    )


def outlives_guard(program: Program, entry: FunctionEntry) -> Iterator[Untied]:
    """`&self` of a type that owns a guard returns a reference with the type's lifetime instead of the borrow's."""
    item = entry.item
    if (
        item.receiver not in {"&self", "&mut self"}
        or item.impl_ < 0
        or item.result.kind not in {"ref", "path", "tuple"}
    ):
        return
    impl_ = program.files[entry.file].impls[item.impl_]
    outer = set(impl_.generics.lifetimes) & lifetimes_in(impl_.type)
    borrow = {item.receiver_lifetime}
    named = {lifetime for reference in references_in(item.result) for lifetime in reference.lifetimes}
    for lifetime in sorted((outer & named) - borrow):
        guard = owned_guard(program, entry)
        if guard:
            yield Untied(entry, lifetime, f"its field `{guard}` is a guard that dies with `self`")


def references_in(type_: TypeRef) -> Iterator[TypeRef]:
    """Reference types inside a type."""
    if type_.kind == "ref":
        yield type_
    for arg in type_.args:
        yield from references_in(arg)


def owned_guard(program: Program, entry: FunctionEntry) -> str:
    """The field of the function's own type that holds a lock's guard by value."""
    self_type = program.resolver.signature(entry.index).self_type
    for name, type_ in (fields_of(program, self_type) or {}).items() if self_type is not None else ():
        if any(part.name in guard_types() or part.name in _GUARDS for part in owned_parts(type_)):
            return name
    return ""


def owned_parts(type_: TypeRef) -> Iterator[TypeRef]:
    """A type and what it holds by value."""
    yield type_
    if type_.kind in {"path", "tuple", "array"}:
        for arg in type_.args:
            yield from owned_parts(arg)


def is_open(program: Program, function: Function, entry: FunctionEntry) -> bool:
    """Whether safe code of other crates can call the function."""
    if function.unsafe or function.test or not program.visibility.is_reachable(entry):
        return False
    if function.impl_ < 0:
        return True
    trait = program.resolver.impl_scope(program.start(entry.file, "impls") + function.impl_).trait
    declared = program.trait_paths.get(trait)
    return declared is None or program.visibility.is_reachable(declared)
