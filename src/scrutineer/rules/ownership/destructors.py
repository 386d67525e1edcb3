"""Memory that a type's `Drop` frees, and that something else frees or copies too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.dangling.pointers import Doubled
from scrutineer.rules.ownership.roots import is_pointer, root, without_references
from scrutineer.rules.panic.updates import forgets, written_root
from scrutineer.rules.panic.walk import DROP
from scrutineer.rules.unit import Unit

_TAKES = frozenset({"frees", "owns_raw"})
_COUNTED = ("alloc::rc::", "alloc::sync::")


class Freed(msgspec.Struct, frozen=True):
    """A raw pointer field that a destructor frees."""

    field: str
    by: str  # path of the function that frees it
    point: Point
    flow: FunctionFlow
    flag: str = (
        ""  # the boolean field that must be `value` for this to happen; empty: always, or it is not known
    )
    value: bool = True
    direct: bool = False  # the destructor names the field where it frees it

    def spares(self, made: Operation) -> bool:
        """Whether a new value says by a constant flag that its destructor is not to free."""
        given = dict(zip(made.fields, made.operands, strict=False)).get(self.flag)
        return (
            given is not None
            and given.constant in {"true", "false"}
            and given.constant != str(self.value).lower()
        )


class Destructors:
    """What the destructors of a crate's types free."""

    def __init__(self, unit: Unit) -> None:
        """A destructor is read when its type is first asked about."""
        self.unit = unit
        self._known: dict[str, tuple[Freed, ...]] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """Last segments of the types for which the crate writes a `Drop`."""
        return frozenset(
            impl_.type.last
            for facts in self.unit.program.files
            for impl_ in facts.impls
            if impl_.trait is not None and impl_.trait.last == "Drop"
        )

    def of(self, type_: TypeRef) -> tuple[Freed, ...]:
        """Raw pointer fields that a type's own `Drop` frees, in every case or in some."""
        if type_.kind != "path":
            return ()
        if type_.name not in self._known:
            self._known[type_.name] = tuple(self._read(type_))
        return self._known[type_.name]

    def _read(self, type_: TypeRef) -> Iterator[Freed]:
        index = self.unit.program.impl_index
        for record, _ in index.matching(type_, DROP):
            if record.index < 0 or record.crate != self.unit.program.root:
                continue
            for function in index.functions_of(record).get("drop", []):
                flow = self.unit.flows.of(function)
                if flow is None:
                    continue
                for point, operation in flow.graph.points():
                    place = freed_field(flow, point, operation) or _released_by(flow, point, operation)
                    if place is not None and place.local == 1:
                        flag, value = _flag(flow, point)
                        direct = _is_direct(flow, operation)
                        yield Freed(
                            place.steps[-1], flow.target(point).path, point, flow, flag, value, direct
                        )


def _is_direct(flow: FunctionFlow, operation: Operation) -> bool:
    value = flow.values.of(operation.operands[0])
    while value.kind == "cast" and value.args:
        value = value.args[0]
    return value.place is not None and value.place.local == 1


def _flag(flow: FunctionFlow, point: Point) -> tuple[str, bool]:
    """The boolean field of `self` that decides whether the destructor gets here, and its value then."""
    for fact in flow.checks.holding(point):
        place = fact.left.place if fact.left.kind == "place" else None
        if (
            place is not None
            and place.local == 1
            and len(place.steps) == 1
            and fact.relation in {"true", "false"}
        ):
            return place.steps[0][1:], fact.relation == "true"
    return "", True


def freed_field(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """The field whose pointer a call frees, makes an owner of, or hands to a foreign function."""
    if operation.kind != "call" or not operation.operands:
        return None
    path = flow.target(point).path
    given = operation.operands[0].place
    foreign = flow.target(point).kind == "foreign" and len(operation.operands) == 1
    if given is None or path.startswith(_COUNTED) or not (foreign or effects_of(path) & _TAKES):
        return None
    place = root(flow, given)
    if not place.steps or place.steps[-1][0] != "." or not is_pointer(flow.type_of(place)):
        return None
    return place


def _released_by(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """The field that holds the function which a destructor hands its value to: a C structure's own `release`."""
    if flow.target(point).kind != "callback" or len(operation.operands) < 2:
        return None
    called, given = (operand.place for operand in operation.operands[:2])
    place = root(flow, called) if called is not None else None
    on_itself = given is not None and root(flow, given) == Place(1)
    return place if place is not None and on_itself and place.steps else None


def consumed(flow: FunctionFlow, destructors: Destructors) -> Iterator[Doubled]:
    """Methods that take a value, free what it owns, and let its destructor free it again."""
    own = Place(1)
    if flow.entry.item.receiver != "self" or flow.body.closure >= 0:
        return
    known = {(freed.field, freed.by) for freed in destructors.of(flow.type_of(own))}
    if not known:
        return
    for point, operation in flow.graph.points():
        place = freed_field(flow, point, operation)
        if place is None or place.local != 1 or (place.steps[-1], flow.target(point).path) not in known:
            continue
        end = _dropped_too(flow, point)
        if end is not None and not _counted(flow, place):
            yield Doubled(
                point,
                end,
                "this frees what the destructor of `self` frees again",
                "dropped here",
                "double-free",
            )


def _counted(flow: FunctionFlow, place: Place) -> bool:
    """Whether the method changes the memory that it may free: a count of owners, it may be, which tells who frees."""
    return any(written_root(flow, at, there) == place for at, there in flow.graph.points()) or any(
        there.kind == "binary" and there.target is None and there.operands[0].place is not None
        and root(flow, there.operands[0].place) == place
        for _, there in flow.graph.points()
    )  # fmt: skip


def _dropped_too(flow: FunctionFlow, point: Point) -> Point | None:
    own = Place(1)

    def given_up(at: Point, there: Operation) -> bool:
        written = there.target is not None and there.target.local == 1 and there.kind == "assign"
        return written or forgets(flow, at, there, frozenset({1}))

    if any(forgets(flow, at, there, frozenset({1})) for at, there in flow.graph.points()):
        return None
    made = flow.operation(point).target
    if made is not None and any(
        forgets(flow, at, flow.operation(at), frozenset({made.local})) for at in after(flow, point, never)
    ):
        return None
    for later in after(flow, point, given_up):
        there = flow.operation(later)
        if there.kind == "drop" and there.target == own and flow.drops.decision(later).real == "yes":
            return later
    return None


def cloned(flow: FunctionFlow, destructors: Destructors) -> Iterator[Doubled]:
    """`clone` methods that copy the pointer which the destructor frees, and do nothing else that would count it."""
    if flow.entry.item.name != "clone" or flow.entry.item.receiver != "&self" or flow.body.closure >= 0:
        return
    known = {freed.field: freed for freed in destructors.of(without_references(flow.type_of(Place(1))))}
    calls = [point for point, operation in flow.graph.points() if operation.kind in {"call", "opaque"}]
    if not known or any(flow.target(point).kind != "constructor" for point in calls):
        return
    for point, operation in flow.graph.points():
        if operation.kind != "aggregate" and point not in calls:
            continue
        for given in operation.operands:
            place = root(flow, given.place) if given.place is not None else None
            if place is not None and place.local == 1 and place.steps and place.steps[-1] in known:
                spared = known[place.steps[-1]].spares(operation)
                yield Doubled(
                    point,
                    point,
                    "this copies the pointer that `Drop` "
                    + ("of the original frees" if spared else "frees: twice, then"),
                    "copied here",
                    "dangling" if spared else "double-free",
                )
                return


def copied(unit: Unit, entry: TypeEntry, destructors: Destructors) -> Freed | None:
    """What a type's destructor frees although `#[derive(Clone)]` copies the pointer to it."""
    if not any(name.rpartition("::")[2] == "Clone" for name in entry.item.derives):
        return None
    generics = entry.item.generics
    args = tuple(TypeRef("param", name) for name in (*generics.types, *generics.consts))
    type_ = TypeRef("path", canonical_path(unit.program, entry), args)
    fields = fields_of(unit.program, type_) or {}
    for freed in destructors.of(type_):
        held = fields.get(freed.field[1:])
        if held is not None and _is_copied(without_references(held)):
            return freed
    return None


def _is_copied(type_: TypeRef) -> bool:
    """Whether cloning a field copies what leads to the memory: a pointer to it, or to the function that frees it."""
    inner = type_.args[0] if type_.last == "Option" and type_.args else type_
    return is_pointer(type_) or inner.kind == "fn"
