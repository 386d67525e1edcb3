"""What each operation of a body does to the one container that a model is about."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.flow.graph import Point
from scrutineer.interference.aliases import aliases, is_plain
from scrutineer.interference.containers import Ring, rings
from scrutineer.interference.detach import Detaches
from scrutineer.interference.protocol.lists import DETACHED, GUARDED
from scrutineer.interference.removal import Removal, Removals
from scrutineer.locks.guarded import field_key
from scrutineer.locks.locks import FunctionLocks
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef

Kind = Literal["take", "pop", "push", "remove", "look", "touch", "drain"]
_TAKES_OUT = ("next", "next_back")


class Action(msgspec.Struct, frozen=True):
    """One operation on the container: on list 1, the guarded one, or list 2, a detached one."""

    kind: Kind
    which: int
    removal: Removal | None = None


class Actions:
    """The actions of one body, by point."""

    def __init__(self, inside: FunctionLocks, key: str, detaches: Detaches, removals: Removals) -> None:
        """Find what is detached and what is removed; all else is looked at when asked."""
        self.inside = inside
        self.flow = inside.flow
        self.key = key
        self._removals: dict[Point, Removal] = {}
        stores: set[Place] = set()
        for each in removals.of(inside):
            store = self.flow.operation(each.point).kind != "call"
            if each.key != key or (store and each.element in stores):
                continue  # one unlinking is one action, however many stores it takes
            stores |= {each.element} if store else set()
            self._removals[each.point] = each
        self._taken: set[Point] = set()
        self.holders: frozenset[int] = frozenset()
        for moved in detaches.moved(self.flow):
            guarded = inside.guarded(moved.point, moved.place)
            if guarded is not None and field_key(self.flow, guarded) == key:
                self._taken.add(moved.point)
                self.holders |= aliases(self.flow, moved.local)
        self._found = {
            point: action for point, each in self.flow.graph.points() if (action := self._of(point, each))
        }

    def __bool__(self) -> bool:
        return bool(self._found)

    def at(self, point: Point) -> Action | None:
        """What the operation at a point does, if it does anything."""
        return self._found.get(point)

    def _of(self, point: Point, operation: Operation) -> Action | None:
        if point in self._taken:
            return Action("take", GUARDED)
        if point in self._removals:
            return Action("remove", GUARDED, self._removals[point])
        if operation.kind == "call":
            return self._call(point, operation)
        if operation.kind == "drop":
            target = operation.target
            if target is not None and target.local in self.holders and not target.steps:
                return Action("drain", DETACHED) if self.flow.drops.decision(point).real != "no" else None
            return None
        return self._pointer(operation)

    def _call(self, point: Point, operation: Operation) -> Action | None:
        for at, operand in enumerate(operation.operands):
            place = operand.place
            if place is None:
                continue
            if place.local in self.holders:
                return self._on_detached(point, operation, at)
            guarded = self.inside.guarded(point, place) if at == 0 else None
            if guarded is not None and field_key(self.flow, guarded) == self.key:
                return self._on_guarded(point, operation)
        return None

    def _on_guarded(self, point: Point, operation: Operation) -> Action | None:
        call = self.flow.target(point)
        ring = self._ring(call.self_type)
        known = ring.action(call.path) if ring is not None else None
        if known is not None:
            return Action(known, GUARDED)
        if any(
            operand.mode == "use" and self._is_element(operand.place) for operand in operation.operands[1:]
        ):
            return Action("push", GUARDED)
        return Action(self._by_signature(point, operation), GUARDED)

    def _on_detached(self, point: Point, operation: Operation, at: int) -> Action | None:
        call = self.flow.target(point)
        target = operation.target
        passes_on = target is not None and target.local in self.holders
        if self.flow.answers.moves(operation, at) == "yes":
            return None if passes_on else Action("drain", DETACHED)
        ring = self._ring(call.self_type)
        known = ring.action(call.path) if ring is not None else None
        if known is not None:
            return Action(known, DETACHED)
        return Action(self._by_signature(point, operation), DETACHED)

    def _by_signature(self, point: Point, operation: Operation) -> Kind:
        """A method by `&mut` that gives an `Option` takes an element out; one by `&mut` changes, one by `&` looks."""
        call = self.flow.target(point)
        result = self.flow.type_of(operation.target) if operation.target is not None else TypeRef("unknown")
        if call.name in _TAKES_OUT:
            return "pop"
        first = call.signature.parameters[:1] if call.signature is not None else ()
        if not first or not (first[0].kind == "ref" and first[0].mutable):
            return "look"
        gives = result.name == "core::option::Option" and result.args and result.args[0].kind != "ref"
        return "pop" if gives else "touch"

    def _pointer(self, operation: Operation) -> Action | None:
        """Reading or writing through a pointer into a detached chain."""
        target = operation.target
        if target is not None and target.local in self.holders and "*" in target.steps:
            return Action("touch", DETACHED)
        for operand in operation.operands:
            place = operand.place
            if place is not None and place.local in self.holders and "*" in place.steps:
                return Action("look", DETACHED)
        return None

    def _is_element(self, place: Place | None) -> bool:
        return place is not None and not is_plain(self.flow.type_of(place))

    def _ring(self, type_: TypeRef | None) -> Ring | None:
        """The mapped list that a method belongs to; of an iterator made from one, that list."""
        if type_ is None:
            return None
        found = rings().get(type_.name)
        if found is not None:
            return found
        home = type_.name.rpartition("::")[0]
        return next((ring for ring in rings().values() if ring.type.rpartition("::")[0] == home), None)
