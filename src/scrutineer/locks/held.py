"""Which locks are held at each point of a body: guards followed from acquisition to their real end.

A guard is a value: it is held by a local from the operation that makes it until it is moved on or dropped. Two sets
flow forward: what may be held (joined where ways meet) and what is held on every way (intersected).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.guard_types import GuardTypes
from scrutineer.model.body import Operation, Place, Terminator
from scrutineer.model.lock import LockId

Holders = frozenset[tuple[int, int]]
_LOST = frozenset({"None", "Err", "_"})


class State(NamedTuple):
    """Pairs of an acquisition and the local that may hold its guard; pairs of a lock and one that does."""

    may: Holders
    must: Holders


class Held:
    """Lock sets of one body."""

    def __init__(self, flow: FunctionFlow, types: GuardTypes, acquisitions: tuple[Acquisition, ...]) -> None:
        """Solve the dataflow problem over blocks."""
        self.flow = flow
        self.types = types
        self.acquisitions = acquisitions
        self.locks = tuple(dict.fromkeys(each.guard.lock for each in acquisitions))
        self._lock_of = [self.locks.index(each.guard.lock) for each in acquisitions]
        self._starts: dict[Point, list[int]] = {}
        for number, each in enumerate(acquisitions):
            self._starts.setdefault(each.point, []).append(number)
        self._ends: dict[Point, list[int]] = {}
        for each in acquisitions:
            for point in each.releases:
                self._ends.setdefault(point, []).append(each.guard.local)
        self._entries: dict[int, State] = {}
        if acquisitions:
            self._solve()

    def _solve(self) -> None:
        graph = self.flow.graph
        entry = [(n, each.guard.local) for n, each in enumerate(self.acquisitions) if each.guard.parameter]
        start = frozenset(entry)
        self._entries[0] = State(start, frozenset((self._lock_of[n], local) for n, local in entry))
        pending = {0}
        while pending:
            block = min(pending, key=graph.position.__getitem__)
            pending.discard(block)
            state = self._at(Point(block, len(self.flow.body.blocks[block].operations)))
            terminator = self.flow.body.blocks[block].terminator
            for number, target in enumerate(graph.successors[block]):
                after = self._on_edge(state, terminator, number)
                known = self._entries.get(target)
                joined = after if known is None else State(known.may | after.may, known.must & after.must)
                if joined != known:
                    self._entries[target] = joined
                    pending.add(target)

    def _at(self, point: Point) -> State:
        state = self._entries.get(point.block, State(frozenset(), frozenset()))
        for at, operation in enumerate(self.flow.body.blocks[point.block].operations[: point.at]):
            state = self._after(state, Point(point.block, at), operation)
        return state

    def _after(self, state: State, point: Point, operation: Operation) -> State:
        may, must = state
        if may:
            for local in self._ends.get(point, ()):
                state = self._without(state, local)
            may, must = self._moved(state, operation)
        for number in self._starts.get(point, ()):
            local = self.acquisitions[number].guard.local
            may |= {(number, local)}
            must |= {(self._lock_of[number], local)}
        return State(may, must)

    def _moved(self, state: State, operation: Operation) -> State:
        """Guards that change hands: moved into the target, or gone."""
        if operation.kind == "drop":
            assert operation.target is not None
            return self._without(state, operation.target.local) if not operation.target.steps else state
        gone = {place.local for place in self._taken(operation) if place.local >= 0}
        gone &= {local for _, local in state.may}
        target = operation.target
        if not gone:
            return state
        kept = State(
            frozenset(pair for pair in state.may if pair[1] not in gone),
            frozenset(pair for pair in state.must if pair[1] not in gone),
        )
        if target is None or target.local < 0 or not self._can_hold(operation, target):
            return kept
        to = target.local
        return State(
            kept.may | {(n, to) for n, local in state.may if local in gone},
            kept.must | {(n, to) for n, local in state.must if local in gone},
        )

    def _taken(self, operation: Operation) -> Iterator[Place]:
        for at, operand in enumerate(operation.operands):
            place = operand.place
            if place is None or operation.kind in {"borrow", "raw_borrow", "match"}:
                continue
            held = self.types.of(self.flow.type_of(place))
            if held is not None and held.form == "value" and self.flow.answers.moves(operation, at) != "no":
                yield place

    def _can_hold(self, operation: Operation, target: Place) -> bool:
        type_ = self.flow.type_of(target)
        if type_.kind in {"unknown", "infer"}:
            return operation.kind != "call"
        held = self.types.of(type_)
        return held is not None and held.form == "value"

    def _without(self, state: State, local: int) -> State:
        return State(
            frozenset(pair for pair in state.may if pair[1] != local),
            frozenset(pair for pair in state.must if pair[1] != local),
        )

    def _on_edge(self, state: State, terminator: Terminator, number: int) -> State:
        """A try that failed holds nothing."""
        place = terminator.condition.place if terminator.condition is not None else None
        if place is None or place.local < 0 or not state.may:
            return state
        failed = (terminator.kind == "try" and number == 1) or (
            terminator.kind == "match" and terminator.labels[number].rpartition("::")[2] in _LOST
        )
        tried = [n for n, local in state.may if local == place.local and self.acquisitions[n].guard.attempt]
        return self._without(state, place.local) if failed and tried else state

    def may(self, point: Point) -> tuple[Acquisition, ...]:
        """Acquisitions whose guards may be alive before the operation at a point."""
        return tuple(self.acquisitions[n] for n in sorted({n for n, _ in self._at(point).may}))

    def must(self, point: Point) -> tuple[LockId, ...]:
        """Locks that are held before the operation at a point, however control came there."""
        return tuple(self.locks[n] for n in sorted({n for n, _ in self._at(point).must}))

    def in_local(self, point: Point, local: int) -> tuple[Acquisition, ...]:
        """Acquisitions whose guard a local may hold before the operation at a point."""
        return tuple(
            self.acquisitions[n] for n in sorted({n for n, at in self._at(point).may if at == local})
        )
