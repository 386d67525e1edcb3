"""Where a body takes locks: known methods, functions that return a guard, guards handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.callers import from_caller
from scrutineer.locks.guard_types import GuardTypes, mode_of, protected_by
from scrutineer.locks.identity import LockFields, lock_at
from scrutineer.locks.pairs import pairs
from scrutineer.locks.places import Root, written
from scrutineer.locks.summary import Summary
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import Guard, LockId
from scrutineer.model.types import TypeRef
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables.locks import lock_types

Summaries = Callable[[int], Summary | None]


class Acquisition(msgspec.Struct, frozen=True, kw_only=True):
    """One lock taken: its guard, the place of the lock from its root, and how the taker waits.

    `waits` is empty for a guard that came from elsewhere: handed in, or out of a function that was not read.
    """

    guard: Guard
    root: Root | None = None
    waits: str = ""
    through: str = ""  # path of the function that took it and returned the guard
    releases: tuple[Point, ...] = ()  # calls that give it back, where no value is its guard

    @property
    def point(self) -> Point:
        """Where it happens."""
        return Point(self.guard.block, self.guard.operation)


class Acquirer:
    """Finds the acquisitions of one body."""

    def __init__(
        self, flow: FunctionFlow, types: GuardTypes, fields: LockFields, summaries: Summaries
    ) -> None:
        """Nothing is looked at yet."""
        self.flow = flow
        self.types = types
        self.fields = fields
        self.summaries = summaries

    def all(self) -> tuple[Acquisition, ...]:
        """Every acquisition of the body, handed-in guards first."""
        calls = (each for point, operation in self.flow.graph.points() for each in self._at(point, operation))
        return (*self._parameters(), *calls, *self._pairs())

    def _pairs(self) -> Iterator[Acquisition]:
        """Locks without a guard value: their number stands for the local that would hold it."""
        for number, each in enumerate(pairs(self.flow)):
            guard = Guard(
                lock=each.lock, mode=each.mode, local=-2 - number, block=each.point.block,
                operation=each.point.at, span=each.operation.span,
            )  # fmt: skip
            yield Acquisition(guard=guard, root=each.root, waits=each.waits, releases=each.releases)

    def _parameters(self) -> Iterator[Acquisition]:
        for number, local in enumerate(self.flow.body.locals):
            if local.kind not in {"parameter", "capture"}:
                continue
            held = self.types.of(self.flow.typed.locals[number])
            if held is not None:
                lock = self._by_type(held.guard, local.name or "guard")
                guard = Guard(
                    lock=lock, mode=mode_of(held.guard), local=number, block=0, operation=-1,
                    span=local.span, parameter=True,
                )  # fmt: skip
                yield Acquisition(guard=guard)

    def _at(self, point: Point, operation: Operation) -> Iterator[Acquisition]:
        target = operation.target
        if operation.kind not in {"call", "await"} or target is None or target.steps or target.local < 0:
            return
        held = self.types.of(self.flow.type_of(target))
        if held is None or held.form != "value":
            return
        if any(self._carries(operand.place) for operand in operation.operands):
            return  # a guard that goes through: `unwrap`, `map`
        asked = self._asked(point, operation)
        known = self._known(*asked) or self._returned(*asked) or self._own(asked[0], held.guard)
        if known is None:
            lock = self._by_type(held.guard, written(self.flow, target))
            known = lock, None, "", ""
        lock, root, waits, through = known
        guard = Guard(
            lock=lock, mode=mode_of(held.guard), local=target.local, block=point.block, operation=point.at,
            span=operation.span, attempt=self._tries(asked[0]),
        )  # fmt: skip
        yield Acquisition(guard=guard, root=root, waits=waits, through=through)

    def _asked(self, point: Point, operation: Operation) -> tuple[Point, Operation]:
        """The call that gives a guard; of an `await`, the call that made what is awaited."""
        place = operation.operands[0].place if operation.kind == "await" and operation.operands else None
        made = self.flow.values.definition(place.local) if place is not None else None
        at = self.flow.point_of(made) if made is not None else None
        return (at, made) if at is not None and made is not None else (point, operation)

    def _own(self, point: Point, guard: TypeRef) -> tuple[LockId, Root | None, str, str] | None:
        """A method of the crate that gives a guard of the crate's own: what it is called on is the lock."""
        call = self.flow.target(point)
        operands = self.flow.operation(point).operands
        place = operands[0].place if len(operands) == 1 else None
        if guard.name not in self.types.own or call.crate != self.flow.program.root or place is None:
            return None
        if call.signature is None or call.signature.receiver != "&self":
            return None
        identity, root = lock_at(self.flow, place)
        return identity, root, "sleeps", ""

    def _carries(self, place: Place | None) -> bool:
        """Whether an operand brings a guard by value, so that the result's is the same."""
        if place is None:
            return False
        held = self.types.of(self.flow.type_of(place))
        return held is not None and held.form == "value"

    def _known(self, point: Point, operation: Operation) -> tuple[LockId, Root | None, str, str] | None:
        """A method of a lock that the tables know."""
        call = self.flow.target(point)
        lock = lock_types().get(call.path.rpartition("::")[0])
        place = operation.operands[0].place if operation.operands else None
        if lock is None or place is None or not any(a.method == call.name for a in lock.acquires):
            return None
        identity, root = lock_at(self.flow, place)
        backend = next(
            (
                how
                for arg in (call.self_type or TypeRef("unknown")).args
                if (how := lock.backends.get(arg.name))
            ),
            lock.waits,
        )
        return identity, root, backend, ""

    def _tries(self, point: Point) -> bool:
        call = self.flow.target(point)
        lock = lock_types().get(call.path.rpartition("::")[0])
        if lock is None:
            return call.name.startswith("try_")
        return any(a.method == call.name and a.tries for a in lock.acquires)

    def _returned(self, point: Point, operation: Operation) -> tuple[LockId, Root | None, str, str] | None:
        """A function of this crate that returns a guard."""
        call = self.flow.target(point)
        if call.crate != self.flow.program.root or call.function < 0 or call.alternatives:
            return None
        summary = self.summaries(call.function)
        if summary is None or len(summary.returned) != 1:
            return None
        taken = summary.returned[0]
        through = canonical_path(self.flow.program, self.flow.program.functions[call.function])
        lock, root = from_caller(self.flow, taken, operation) or (taken.lock, None)
        return lock, root, taken.waits, through

    def _by_type(self, guard: TypeRef, name: str) -> LockId:
        """The lock of a guard that came from elsewhere: the only field that can be it, else one of its own."""
        found = self.fields.protecting(protected_by(guard))
        if found is not None:
            return LockId(found.owner, found.field, name)
        function = canonical_path(self.flow.program, self.flow.entry)
        return LockId("", f"{function}::{name}", name)
