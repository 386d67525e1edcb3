"""Borrowed memory whose address is kept in a value that does not mention the borrow, and followed later."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.items import TypeItem
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.lifetime.signatures import is_open, lifetimes_in
from scrutineer.rules.ownership.roots import is_manual, is_pointer, names_of, root, without_references
from scrutineer.rules.unit import Unit


class Stored(msgspec.Struct, frozen=True):
    """A function that keeps the address of what `parameter` lends in `field` of a `kept`, and who follows it."""

    flow: FunctionFlow
    point: Point
    parameter: str
    field: str
    kept: TypeRef
    follower: FunctionFlow
    followed: Point


def stored(unit: Unit) -> Iterator[Stored]:
    """Addresses of borrowed arguments in lifetime-free values that safe methods follow."""
    pointers = _aliases(unit)
    names = {entry.item.name for entry in unit.program.types if _keeps_pointers(entry.item, pointers)}
    if not names:
        return
    followers = _Followers(unit)
    for entry in unit.program.functions:
        if entry.item.body_span is None or not _concerns(unit, entry, names):
            continue
        if not is_open(unit.program, entry.item, entry):
            continue
        flow = unit.flows.of(entry.index)
        if flow is not None:
            yield from _stores(unit, flow, followers)


def _aliases(unit: Unit) -> frozenset[str]:
    """Names that the crate gives to raw pointer types."""
    named = ((entry.item.name, entry.item.aliased) for entry in unit.program.types)
    return frozenset(
        name for name, aliased in named if aliased is not None and _is_written_pointer(aliased, frozenset())
    )


def _keeps_pointers(item: TypeItem, pointers: frozenset[str]) -> bool:
    """Whether a struct without a lifetime has a raw pointer among its fields."""
    if item.generics.lifetimes:
        return False
    return any(_is_written_pointer(field.type, pointers) for field in item.fields)


def _is_written_pointer(type_: TypeRef, pointers: frozenset[str]) -> bool:
    return (
        type_.kind == "pointer"
        or type_.last == "NonNull"
        or type_.last in pointers
        or any(_is_written_pointer(arg, pointers) for arg in type_.args)
    )


def _concerns(unit: Unit, entry: FunctionEntry, names: set[str]) -> bool:
    """Whether a function is lent something, and makes or changes a value of one of the types."""
    item = entry.item
    lent = item.receiver in {"&self", "&mut self"} or any(
        given.type.kind == "ref" for given in item.parameters
    )
    own = unit.program.files[entry.file].impls[item.impl_].type.last if item.impl_ >= 0 else ""
    if not lent:
        return False
    changes = own in names and item.receiver in {"&mut self", "self"}
    return changes or bool(_mentioned(item.result) & (names | ({"Self"} if own in names else set())))


def _mentioned(type_: TypeRef) -> set[str]:
    found = {type_.last}
    for arg in type_.args:
        found |= _mentioned(arg)
    return found


def _stores(unit: Unit, flow: FunctionFlow, followers: _Followers) -> Iterator[Stored]:
    told = set()
    for point, operation in flow.graph.points():
        for kept, field, source in _kept(flow, point, operation):
            written = unit.program.type_entry(kept.name)
            if written is None or written[1].item.generics.lifetimes or lifetimes_in(kept):
                continue
            lent = root(flow, source, sure=True)
            if not _is_lent(flow, lent) or (kept.name, field) in told:
                continue
            found = followers.of(kept, field)
            if found is not None:
                told.add((kept.name, field))
                name = flow.body.locals[lent.local].name or "self"
                yield Stored(flow, point, name, field, kept, *found)


def _kept(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[tuple[TypeRef, str, Place]]:
    """Pointers that an operation puts into fields of values which the caller gets: the type, the field, the pointer."""
    target = operation.target
    if target is None:
        return
    if operation.kind == "assign" and target.steps and target.local == 1 and target.steps[-1][0] == ".":
        given = operation.operands[0].place if operation.operands else None
        owner = without_references(flow.type_of(Place(target.local, target.steps[:-1])))
        changed = flow.entry.item.receiver in {"&mut self", "self"} and owner.kind == "path"
        if changed and given is not None and is_pointer(flow.type_of(target)) and not _is_own(flow, given):
            yield owner, target.steps[-1][1:], given
        return
    if operation.kind != "aggregate" and flow.target(point).kind != "constructor":
        return
    made = flow.type_of(target)
    if made.kind != "path" or target.steps or 0 not in names_of(flow, target.local) | {target.local}:
        return
    if any(
        _is_kept_alive(flow, operand.place) for operand in operation.operands if operand.place is not None
    ):
        return
    for number, operand in enumerate(operation.operands):
        if operand.place is not None and is_pointer(flow.type_of(operand.place)):
            name = operation.fields[number] if number < len(operation.fields) else str(number)
            yield made, name, operand.place


def _is_own(flow: FunctionFlow, place: Place) -> bool:
    """Whether a pointer leads into `self`, whose field it becomes."""
    return root(flow, place).local == 1


def _is_kept_alive(flow: FunctionFlow, place: Place) -> bool:
    """Whether an owner of something is put beside the pointer: it may be what keeps the memory alive."""
    type_ = flow.type_of(place)
    return type_.kind in {"path", "unknown"} and flow.answers.needs_drop(place) != "no"


def _is_lent(flow: FunctionFlow, place: Place) -> bool:
    """Whether a place lies behind a parameter's reference that is not `'static`, and behind no raw pointer."""
    if not flow.sources.is_parameter(place) or is_manual(flow, place):
        return False
    type_ = flow.type_of(Place(place.local))
    return type_.kind == "ref" and not {"static", "'static"} & set(_declared(flow, place.local).lifetimes)


def _declared(flow: FunctionFlow, local: int) -> TypeRef:
    return flow.body.locals[local].type or flow.type_of(Place(local))


class _Followers:
    """Safe methods that follow a raw pointer field of their type; looked up when a store was found."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._found: dict[tuple[str, str], tuple[FunctionFlow, Point] | None] = {}

    def of(self, type_: TypeRef, field: str) -> tuple[FunctionFlow, Point] | None:
        """A safe method and the place where it follows the field."""
        key = (type_.name, field)
        if key not in self._found:
            self._found[key] = next(self._search(*key), None)
        return self._found[key]

    def _search(self, name: str, field: str) -> Iterator[tuple[FunctionFlow, Point]]:
        for entry in self.unit.program.functions:
            item = entry.item
            if item.unsafe or item.impl_ < 0 or not item.receiver or not self.unit.has_unsafe(entry):
                continue
            own = self.unit.program.resolver.signature(entry.index).self_type
            flow = self.unit.flows.of(entry.index) if own is not None and _is_of(own, name) else None
            if flow is None:
                continue
            for point, operation in flow.graph.points():
                if _follows(flow, point, operation, f".{field}"):
                    yield flow, point


def _is_of(own: TypeRef, name: str) -> bool:
    return without_references(own).name == name


def _follows(flow: FunctionFlow, point: Point, operation: Operation, step: str) -> bool:
    """Whether an operation goes through the field of `self`, or gives it to a function that may."""
    calls = operation.kind == "call" and (
        flow.target(point).kind == "foreign" or flow.target(point).unsafe == "yes"
    )
    for given in operation.operands:
        place = given.place
        if place is None:
            continue
        if "*" in place.steps:
            through = root(flow, Place(place.local, place.steps[: place.steps.index("*")]), sure=True)
            if through.local == 1 and through.steps[-1:] == (step,):
                return True
        if calls and is_pointer(flow.type_of(place)):
            behind = root(flow, place, sure=True)
            if behind.local == 1 and behind.steps[-1:] == (step,):
                return True
    return False
