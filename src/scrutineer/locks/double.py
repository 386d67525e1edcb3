"""Locks that a thread takes although it certainly holds them: directly, through calls, inside a closure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.callers import from_caller
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.places import Root, root_of, written
from scrutineer.locks.summary import Step
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import LockId, LockMode
from scrutineer.model.span import Span

_BLOCKING = frozenset({"sleeps", "spins", "yields"})
_AT_ONCE = ("core::option::Option::", "core::result::Result::")
_AT_ONCE_BY_NAME = frozenset(
    {
        "for_each",
        "try_for_each",
        "fold",
        "try_fold",
        "any",
        "all",
        "find",
        "position",
        "retain",
        "sort_by",
        "sort_by_key",
    }
)
"""Functions of std that run a closure before they return; iterator adapters run it later, when the lock may be free."""


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
        if call.kind != "resolved" or call.crate != self.program.root or call.alternatives:
            return
        summary = self.locks.summary(call.function)
        if summary is None or not inside.held.must(point):
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
        """A closure that is handed to a function of std which runs it before it returns."""
        flow = inside.flow
        call = flow.target(point)
        at_once = call.path.startswith(_AT_ONCE) or call.name in _AT_ONCE_BY_NAME
        if not at_once or not inside.held.must(point):
            return
        for operand in operation.operands:
            type_ = flow.type_of(operand.place) if operand.place is not None else None
            if type_ is None or type_.kind != "closure" or not type_.name.isdigit():
                continue
            body = flow.closures[int(type_.name)]
            within = self.locks.inside(body)
            for each in within.acquisitions if within is not None else ():
                outer = self._outside(flow, body, each)
                if outer is None or each.waits not in _BLOCKING or each.guard.attempt:
                    continue
                first = self._held(inside, point, *outer, each.guard.mode)
                if first is not None:
                    step = Step(flow.path, each.guard.span, f"takes `{outer[0]}` again")
                    yield DoubleLock(
                        flow=flow, lock=outer[0], first=first, span=each.guard.span, chain=(step,),
                        certain=True, waits=each.waits,
                    )  # fmt: skip

    def _outside(
        self, flow: FunctionFlow, body: FunctionFlow, each: Acquisition
    ) -> tuple[LockId, Root] | None:
        """A closure's lock under the names of the function that writes the closure."""
        if each.root is None:
            return None
        place = each.root.place
        if place.static:
            return each.guard.lock, each.root
        captured = next((c.place for c in body.body.captures if c.local == place.local), None)
        if captured is None:
            return None
        root = root_of(flow, Place(captured.local, place.steps, captured.static))
        lock = LockId(each.guard.lock.owner, each.guard.lock.field, written(flow, root.place))
        return lock, Root(root.place, root.exact and each.root.exact)

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
