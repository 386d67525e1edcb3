"""Handles that leave their owner: a pointer that `Drop` frees, copied into a value that does not borrow the owner."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation
from scrutineer.model.finding import FindingClass
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.lifetime.signatures import holds_pointer, is_open, lifetimes_in
from scrutineer.rules.ownership.destructors import Destructors, Freed
from scrutineer.rules.ownership.parts import given_back
from scrutineer.rules.ownership.roots import is_pointer, root, without_references
from scrutineer.rules.unit import Unit

_WRAPPERS = frozenset({"Option", "Result", "Box"})
_COUNTS = ("core::sync::atomic::", "core::cell::")


class Escape(msgspec.Struct, frozen=True):
    """A method of an owner copies the pointer that the owner's destructor frees into a `made` without a lifetime."""

    flow: FunctionFlow
    point: Point
    freed: Freed
    made: TypeRef
    class_: FindingClass


def escapes(unit: Unit, destructors: Destructors) -> Iterator[Escape]:
    """Values that safe methods make of a borrowed owner's pointer, whose type says nothing of the borrow."""
    owners = destructors.names
    for entry in unit.program.functions:
        if entry.item.impl_ < 0 or entry.item.body_span is None or not _may_make(entry):
            continue
        impl_ = unit.program.files[entry.file].impls[entry.item.impl_]
        if without_references(impl_.type).last in owners and is_open(unit.program, entry.item, entry):
            yield from _made_by(unit, entry, destructors)


def _may_make(entry: FunctionEntry) -> bool:
    """Whether a method borrows its owner and gives back a value that mentions no lifetime."""
    result = entry.item.result
    borrows = entry.item.receiver in {"&self", "&mut self", "self"}
    return borrows and result.kind == "path" and not lifetimes_in(result)


def _made_by(unit: Unit, entry: FunctionEntry, destructors: Destructors) -> Iterator[Escape]:
    signature = unit.program.resolver.signature(entry.index)
    own = signature.self_type
    made = _unwrapped(signature.result)
    borrows = entry.item.receiver != "self" or (own is not None and own.kind == "ref")
    if own is None or not borrows or not _is_free_of_borrows(unit, made):
        return
    freed = {known.field: known for known in destructors.of(without_references(own))}
    flow = unit.flows.of(entry.index) if freed else None
    if flow is None or any(_counts(flow, point, operation) for point, operation in flow.graph.points()):
        return
    for point, operation in flow.graph.points():
        field = _copied_field(flow, point, operation, made)
        if field in freed and (class_ := _harm(unit, made, destructors)) is not None:
            yield Escape(flow, point, freed[field], made, class_)
            return


def _unwrapped(type_: TypeRef) -> TypeRef:
    while type_.last in _WRAPPERS and type_.args:
        type_ = type_.args[0]
    return type_


def _is_free_of_borrows(unit: Unit, type_: TypeRef) -> bool:
    """Whether a type of the crate holds a raw pointer and has no lifetime parameter."""
    written = unit.program.type_entry(type_.name) if type_.kind == "path" else None
    if written is None or written[0] is not unit.program or written[1].item.generics.lifetimes:
        return False
    return not lifetimes_in(type_) and holds_pointer(unit.program, type_, 1)


def _copied_field(flow: FunctionFlow, point: Point, operation: Operation, made: TypeRef) -> str:
    """The field of `self` whose pointer an operation puts into a new value of the type; empty if it does not."""
    if operation.target is None or _unwrapped(flow.type_of(operation.target)).name != made.name:
        return ""
    target = flow.target(point)
    builds = operation.kind == "aggregate" or target.kind == "constructor"
    if not builds and not (target.kind == "resolved" and target.crate == flow.program.root):
        return ""
    for given in operation.operands:
        if given.place is None or not is_pointer(flow.type_of(given.place)):
            continue
        place = root(flow, given.place, sure=True)
        if place.local == 1 and place.steps:
            return place.steps[-1]
    return ""


def _counts(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether an operation may make the owner live longer: a foreign call, a count, a method that is not read here."""
    if operation.kind == "opaque":
        return True
    if operation.kind != "call":
        return False
    target = flow.target(point)
    if target.kind in {"std", "constructor"}:
        return target.path.startswith(_COUNTS)
    if target.kind != "resolved":
        return True
    pointers = any(
        given.place is not None and is_pointer(flow.type_of(given.place)) for given in operation.operands
    )
    return not pointers and given_back(flow, operation, root) is None


def _harm(unit: Unit, made: TypeRef, destructors: Destructors) -> FindingClass | None:
    """What safe code can do with the new value: free the memory again, or follow the pointer; nothing if neither."""
    if destructors.of(made):
        return "double-free"
    for entry in unit.program.functions:
        if entry.item.impl_ < 0 or entry.item.unsafe or not unit.has_unsafe(entry):
            continue
        own = unit.program.resolver.signature(entry.index).self_type
        if own is not None and without_references(own).name == made.name:
            return "lifetime"
    return None
