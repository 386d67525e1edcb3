"""Containers that leave the place a lock protects and are used after the lock was given back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.interference.aliases import aliases, uses
from scrutineer.interference.containers import detaching
from scrutineer.locks.guarded import field_key
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.places import root_of
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import GuardedPlace
from scrutineer.model.types import TypeRef

_DEEPEST = 3  # helpers that call helpers


class Moved(msgspec.Struct, frozen=True):
    """One operation that moves a content out of a place: where from, and the local that has it afterwards."""

    point: Point
    place: Place
    local: int


class Detach(msgspec.Struct, frozen=True, kw_only=True):
    """A content that left the guarded place `guarded` at `point`, and a use of it at `use` without the lock."""

    locks: FunctionLocks
    point: Point
    guarded: GuardedPlace
    key: str
    type: TypeRef
    local: int
    holders: frozenset[int]
    use: Point
    how: str

    @property
    def flow(self) -> FunctionFlow:
        """The body it happens in."""
        return self.locks.flow


class Detaches:
    """Finds them in one program."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program
        self._helpers: dict[int, Moved | None] = {}

    def of(self, inside: FunctionLocks) -> Iterator[Detach]:
        """Every content that a body detaches and uses after the lock is gone, with its first such use."""
        flow = inside.flow
        for moved in self.moved(flow):
            guarded = inside.guarded(moved.point, moved.place)
            if guarded is None:
                continue
            holders = aliases(flow, moved.local)
            use = self._use_after(inside, moved, guarded, holders)
            if use is not None:
                yield Detach(
                    locks=inside,
                    point=moved.point,
                    guarded=guarded,
                    key=field_key(flow, guarded),
                    type=_behind(flow.type_of(moved.place)),
                    local=moved.local,
                    holders=holders,
                    use=use[0],
                    how=use[1],
                )

    def _use_after(
        self, inside: FunctionLocks, moved: Moved, guarded: GuardedPlace, holders: frozenset[int]
    ) -> tuple[Point, str] | None:
        flow = inside.flow

        def unlocked(point: Point) -> bool:
            return not any(each.guard.lock.may_equal(guarded.lock) for each in inside.held.may(point))

        for point, _, how in uses(flow, holders):
            if flow.graph.reaches(moved.point, point) and unlocked(point):
                return point, how
        if 0 in holders:
            for block in flow.graph.order:
                end = Point(block, len(flow.body.blocks[block].operations))
                if flow.body.blocks[block].terminator.kind == "return" and unlocked(end):
                    return moved.point, "returned"
        return None

    def moved(self, flow: FunctionFlow, depth: int = _DEEPEST) -> Iterator[Moved]:
        """Operations of a body that move a whole content out of a place, helpers included."""
        for point, operation in flow.graph.points():
            if operation.kind == "call":
                found = self._by_call(flow, point, operation, depth)
            else:
                found = _by_copy(flow, point, operation)
            if found is not None:
                yield found

    def _by_call(self, flow: FunctionFlow, point: Point, operation: Operation, depth: int) -> Moved | None:
        call = flow.target(point)
        known = detaching().get(call.path)
        places = [operand.place for operand in operation.operands]
        if known is not None:
            if not places or places[0] is None:
                return None
            if known.into and len(places) > known.into and (other := places[known.into]) is not None:
                return Moved(point, places[0], root_of(flow, other).place.local)
            return Moved(point, places[0], operation.target.local) if operation.target is not None else None
        if depth == 0 or operation.target is None or operation.target.local < 0:
            return None
        if call.kind != "resolved" or call.crate != self.program.root or call.alternatives:
            return None
        if call.signature is None or not any(_is_unique(p) for p in call.signature.parameters):
            return None
        helper = self._helper(call.function, depth)
        if helper is None or helper.place.local > len(places):
            return None
        place = places[helper.place.local - 1]
        if place is None:
            return None
        base = Place(place.local, (*place.steps, *helper.place.steps), place.static)
        return Moved(point, base, operation.target.local)

    def _helper(self, function: int, depth: int) -> Moved | None:
        """What a function moves out of what a parameter refers to and returns."""
        if function not in self._helpers:
            self._helpers[function] = None
            flow = self.locks.flows.of(function)
            for moved in self.moved(flow, depth - 1) if flow is not None else ():
                root = root_of(moved_flow := flow, moved.place) if flow is not None else None
                if root is None or not 1 <= root.place.local <= moved_flow.body.parameters:
                    continue
                if 0 in aliases(moved_flow, moved.local):
                    self._helpers[function] = Moved(moved.point, root.place, 0)
                    break
        return self._helpers[function]


def _by_copy(flow: FunctionFlow, point: Point, operation: Operation) -> Moved | None:
    """`let head = guard.head; guard.head = null`: a pointer is read, and its place then overwritten."""
    target = operation.target
    if operation.kind != "assign" or target is None or target.steps or not operation.operands:
        return None
    place = operation.operands[0].place
    if place is None or not place.steps or flow.type_of(target).kind != "pointer":
        return None
    block = flow.body.blocks[point.block].operations[point.at + 1 :]
    overwritten = any(later.kind in {"assign", "call"} and later.target == place for later in block)
    return Moved(point, place, target.local) if overwritten else None


def _is_unique(type_: TypeRef) -> bool:
    return type_.kind == "ref" and type_.mutable


def _behind(type_: TypeRef) -> TypeRef:
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return type_
