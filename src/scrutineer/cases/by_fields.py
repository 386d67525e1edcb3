"""What fields prove of an `unsafe impl Send` or `Sync`."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.asked import Asked
from scrutineer.cases.beside import impl_at
from scrutineer.model.case import Evidence
from scrutineer.model.items import Bound
from scrutineer.model.site import Site
from scrutineer.model.types import UNIT, TypeRef
from scrutineer.program.entries import ImplEntry
from scrutineer.program.fields import parts_of
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC

_TRAITS = {"send": SEND, "sync": SYNC}
_MARKER = "core::marker::PhantomData"
_POINTERS = frozenset({"core::ptr::NonNull", "core::sync::atomic::AtomicPtr"})
_ERASED = frozenset({"core::ffi::c_void", "std::ffi::c_void", "libc::c_void"})
_DEEPEST = 4


def by_fields(program: Program, site: Site, asked: Asked) -> Evidence | None:
    """Every field has the trait under the bounds of the impl, or is a pointer to what any thread may have and share.

    For `Sync`, only where no method that takes `&self` writes behind such a pointer. A pointer to nothing in
    particular (`*mut ()`) tells nothing.
    """
    trait = _TRAITS.get(asked.precondition.property)
    entry = impl_at(program, site)
    if trait is None or entry is None:
        return None
    if is_derived(program, entry, trait):
        return Evidence(kind="type", text="every field has the trait", location=site.location)
    parts, bounds = _parts(program, entry)
    found = [each for part in parts for each in _pointers(program, part, trait, bounds, _DEEPEST)]
    if not parts or None in found or (trait == SYNC and found and _writes_behind(program, entry)):
        return None
    marked = all(
        program.properties.implements(part, trait, bounds) == "yes" for part in parts if _is_marker(part)
    )
    if found and not marked:
        return None  # what the marker names may lie behind the pointer
    named = ", ".join(dict.fromkeys(f"`{pointer}`" for pointer in found))
    text = (
        f"every field has the trait, or points to what is `Send` and `Sync`: {named}"
        if found
        else _HOLDS_NOTHING
    )
    return Evidence(kind="type", text=text, location=site.location)


_HOLDS_NOTHING = "every field that holds something has the trait"


def is_derived(program: Program, entry: ImplEntry, trait: str) -> bool:
    """Whether the compiler would give the trait by itself, under the bounds of the impl."""
    parts, bounds = _parts(program, entry)
    return bool(parts) and all(program.properties.implements(part, trait, bounds) == "yes" for part in parts)


def _parts(program: Program, entry: ImplEntry) -> tuple[list[TypeRef], tuple[Bound, ...]]:
    scope = program.resolver.impl_scope(entry.index)
    parts = parts_of(program, scope.self_type) if scope.self_type is not None else None
    return parts or [], program.resolver.bounds(entry.item.generics, scope)


def _pointers(
    program: Program, part: TypeRef, trait: str, bounds: tuple[Bound, ...], depth: int
) -> Iterator[TypeRef | None]:
    """Pointers in a field without the trait, whose pointee every thread may have; None for anything else in it."""
    implements = program.properties.implements
    if _is_marker(part) and depth == _DEEPEST:
        names_all = all(implements(each, trait, bounds) == "yes" for each in _parameters(part))
        if not names_all:  # memory behind an address that no field shows may hold them
            yield None
        return
    if part.name not in _POINTERS and implements(part, trait, bounds) == "yes":
        return
    if part.kind == "pointer" or part.name in _POINTERS:
        pointee = part.args[0] if part.args else UNIT
        erased = pointee == UNIT or pointee.name in _ERASED
        known = all(implements(pointee, each, bounds) == "yes" for each in (SEND, SYNC))
        yield part if known and not erased else None
        return
    inner = _inside(program, part) if depth else None
    if not inner:
        yield None
        return
    for each in inner:
        yield from _pointers(program, each, trait, bounds, depth - 1)


def _parameters(type_: TypeRef) -> Iterator[TypeRef]:
    """Type parameters that a type names."""
    if type_.kind == "param":
        yield type_
    for arg in type_.args:
        yield from _parameters(arg)


def _is_marker(part: TypeRef) -> bool:
    return part.name == _MARKER


def _inside(program: Program, part: TypeRef) -> list[TypeRef] | None:
    """What a tuple, an array, an `Option` or a type of this crate without its own impl is made of."""
    if part.kind in {"tuple", "array"} or part.name == "core::option::Option":
        return list(part.args)
    if part.kind != "path" or part.name not in program.type_paths:
        return None
    own = any(
        program.resolver.impl_scope(entry.index).trait in {SEND, SYNC}
        and (found := program.resolver.impl_scope(entry.index).self_type) is not None
        and found.name == part.name
        for entry in program.impls
        if entry.item.trait is not None
    )
    return None if own else parts_of(program, part)


def _writes_behind(program: Program, entry: ImplEntry) -> bool:
    """Whether a method of the type that takes `&self` has an unsafe operation that could write."""
    own = program.resolver.impl_scope(entry.index).self_type
    for function in program.functions:
        item = function.item
        if item.receiver != "&self" or item.impl_ < 0:
            continue
        found = program.resolver.scope_of(function).self_type
        if (
            found is not None
            and own is not None
            and found.name == own.name
            and _may_write(program, function.file, function.number)
        ):
            return True
    return False


def _may_write(program: Program, file: int, number: int) -> bool:
    facts = program.files[file]
    blocks = [block.candidates for block in facts.unsafe_blocks if block.function == number]
    texts = {
        each.text.rpartition("::")[2]
        for each in (*facts.functions[number].candidates, *(c for b in blocks for c in b))
    }
    return bool(texts & _WRITERS)


_WRITERS = frozenset(
    {
        "as_mut",
        "write",
        "replace",
        "swap",
        "copy_from",
        "copy_from_nonoverlapping",
        "copy_nonoverlapping",
        "copy",
        "drop_in_place",
        "write_bytes",
        "from_raw_parts_mut",
    }
)
