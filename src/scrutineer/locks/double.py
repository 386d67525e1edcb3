"""Locks that a thread takes although it certainly holds them: directly, through calls, inside a closure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.callbacks import ClosureRun, InClosure, closures_run, held_by, taken_inside
from scrutineer.locks.callers import from_caller
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.places import Root, root_of
from scrutineer.locks.summary import Step
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import LockId, LockMode
from scrutineer.model.span import Span

_BLOCKING = frozenset({"sleeps", "spins", "yields"})


class DoubleLock(msgspec.Struct, frozen=True, kw_only=True):
    """One lock taken twice: where it was taken first, where again, and the calls on the way.

    `certain`: the second acquisition happens on every way through what is called.
    """

    flow: FunctionFlow
    lock: LockId
    first: Acquisition
    span: Span
    chain: tuple[Step, ...]
    certain: bool
    waits: str


class DoubleLocks:
    """Finds them in one program."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program

    def of(self, inside: FunctionLocks) -> Iterator[DoubleLock]:
        """Those of one body."""
        yield from self._direct(inside)
        for point, operation in inside.flow.graph.points():
            if operation.kind == "call":
                yield from self._through_call(inside, point, operation)
                yield from self._in_closure(inside, point, operation)

    def _direct(self, inside: FunctionLocks) -> Iterator[DoubleLock]:
        for each in inside.acquisitions:
            if each.guard.parameter or each.guard.attempt or each.through or each.root is None:
                continue
            first = self._held(inside, each.point, each.guard.lock, each.root, each.guard.mode)
            if first is not None and each.waits in _BLOCKING:
                step = Step(inside.flow.path, each.guard.span, f"takes `{each.guard.lock}` again")
                yield DoubleLock(
                    flow=inside.flow, lock=each.guard.lock, first=first, span=each.guard.span, chain=(step,),
                    certain=True, waits=each.waits,
                )  # fmt: skip

    def _through_call(
        self, inside: FunctionLocks, point: Point, operation: Operation
    ) -> Iterator[DoubleLock]:
        flow = inside.flow
        call = flow.target(point)
        summary = self.locks.at_call(flow, point) if inside.held.must(point) else None
        if summary is None:
            return
        for taken in summary.takes:
            seen = from_caller(flow, taken, operation)
            if seen is None or taken.waits not in _BLOCKING:
                continue
            first = self._held(inside, point, *seen, taken.mode)
            if first is None or self._is_given(inside, point, operation, first):
                continue
            start = Step(flow.path, operation.span, f"calls `{call.path}`")
            yield DoubleLock(
                flow=flow, lock=seen[0], first=first, span=operation.span, chain=(start, *taken.chain),
                certain=taken.always, waits=taken.waits,
            )  # fmt: skip
            return

    def _in_closure(self, inside: FunctionLocks, point: Point, operation: Operation) -> Iterator[DoubleLock]:
        """A closure that is handed to a function which runs it before it returns, under a lock of this body."""
        if not inside.held.must(point):
            return
        for run in closures_run(self.locks, inside.flow, point, operation):
            for each in taken_inside(self.locks, run):
                first = self._held(inside, point, each.lock, each.root, each.mode)
                if first is not None and each.waits in _BLOCKING:
                    yield _in_run(run, each, first)

    def in_callbacks(self, flow: FunctionFlow) -> Iterator[DoubleLock]:
        """Closures of a body that take what the function which runs them holds."""
        for point, operation in flow.graph.points():
            for run in closures_run(self.locks, flow, point, operation):
                for each in taken_inside(self.locks, run) if run.under else ():
                    first = next((h for h in held_by(run) if _is_same(h, each)), None)
                    if first is not None and each.waits in _BLOCKING:
                        yield _in_run(run, each, first)

    def _held(
        self, inside: FunctionLocks, point: Point, lock: LockId, root: Root, mode: LockMode
    ) -> Acquisition | None:
        """The acquisition that certainly holds exactly this lock, in a way that excludes a second."""
        if not root.exact or any(step[0] == "[" for step in root.place.steps):
            return None
        if not any(held.may_equal(lock) for held in inside.held.must(point)):
            return None
        for first in inside.held.may(point):
            if first.root is None or not first.root.exact or first.root.place != root.place:
                continue
            if not first.guard.lock.may_equal(lock) or first.guard.lock not in inside.held.must(point):
                continue
            if mode == first.guard.mode == "shared" or first.guard.attempt:
                continue
            if not self._changed(inside, first.point, point, root.place):
                return first
        return None

    def _changed(self, inside: FunctionLocks, start: Point, end: Point, place: Place) -> bool:
        """Whether the root of a place may have become another object in between."""
        if place.local < 0:
            return False
        flow = inside.flow
        kind = flow.body.locals[place.local].kind
        if kind in {"parameter", "capture"} and flow.typed.locals[place.local].kind == "ref":
            return False
        return flow.values.only_assignment(place.local) is None and flow.writes.written_between(
            start, end, [Place(place.local)]
        )

    def _is_given(
        self, inside: FunctionLocks, point: Point, operation: Operation, first: Acquisition
    ) -> bool:
        """Whether the call gets the guard, so that it may give the lock back before it takes it."""
        for operand in operation.operands:
            place = operand.place
            if place is None or place.local < 0:
                continue
            root = root_of(inside.flow, place).place
            if root.local >= 0 and first in inside.held.in_local(point, root.local):
                return True
        return False


def _in_run(run: ClosureRun, each: InClosure, first: Acquisition) -> DoubleLock:
    return DoubleLock(
        flow=run.flow, lock=each.lock, first=first, span=each.chain[0].span, chain=each.chain,
        certain=each.certain, waits=each.waits,
    )  # fmt: skip


def _is_same(held: Acquisition, each: InClosure) -> bool:
    """Whether what a callee holds is certainly what a closure takes."""
    if held.root is None or not held.root.exact or not each.root.exact or held.root.place != each.root.place:
        return False
    return held.guard.lock.may_equal(each.lock) and not (held.guard.mode == each.mode == "shared")
