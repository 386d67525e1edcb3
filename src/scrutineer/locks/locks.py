"""Locks of one crate: `Locks(flows).of(function)`.

locks = unit.locks
inside = locks.of(function)           # None where the function holds no lock
inside.held.must(point)               # locks held at a point
inside.guarded(point, place)          # the lock that protects a place there, and what of the guarded value it is
locks.summary(function)               # what a caller needs to know
"""

from __future__ import annotations

from functools import cached_property

from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.acquisitions import Acquirer, Acquisition
from scrutineer.locks.callers import from_caller
from scrutineer.locks.candidates import candidates
from scrutineer.locks.guard_types import GuardTypes
from scrutineer.locks.guarded import Guarded
from scrutineer.locks.held import Held
from scrutineer.locks.identity import LockFields
from scrutineer.locks.summary import Step, Summary, Taken
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import GuardedPlace
from scrutineer.program.paths import canonical_path

_LONGEST = 6  # calls in a chain to an acquisition
_MOST = 40  # locks that one summary names


class FunctionLocks:
    """What one body does with locks; closures have their own."""

    def __init__(self, flow: FunctionFlow, types: GuardTypes, acquisitions: tuple[Acquisition, ...]) -> None:
        """Nothing is solved yet."""
        self.flow = flow
        self.types = types
        self.acquisitions = acquisitions

    @cached_property
    def held(self) -> Held:
        """Lock sets."""
        return Held(self.flow, self.types, self.acquisitions)

    @cached_property
    def _guarded(self) -> Guarded:
        return Guarded(self.flow, self.held)

    def guarded(self, point: Point, place: Place) -> GuardedPlace | None:
        """The guard that a place is reached through before the operation at a point."""
        return self._guarded.at(point, place)


class Locks:
    """Locks of one program's functions, computed when asked for."""

    def __init__(self, flows: Flows) -> None:
        """Nothing is read yet."""
        self.flows = flows
        self.program = flows.program
        self._functions: dict[int, FunctionLocks | None] = {}
        self._summaries: dict[int, Summary | None] = {}

    @cached_property
    def types(self) -> GuardTypes:
        """Which types hold guards."""
        return GuardTypes(self.program)

    @cached_property
    def fields(self) -> LockFields:
        """Which fields are locks."""
        return LockFields(self.program)

    def of(self, function: int) -> FunctionLocks | None:
        """Locks of a function; nothing where it neither takes nor is given a guard."""
        if function not in self._functions:
            flow = self.flows.of(function)
            self._functions[function] = self.inside(flow) if flow is not None else None
        return self._functions[function]

    def bodies(self) -> tuple[FunctionLocks, ...]:
        """Every body of the crate that holds a lock, closures included, in the order of the functions."""
        return self._bodies

    @cached_property
    def _bodies(self) -> tuple[FunctionLocks, ...]:
        found: list[FunctionLocks] = []
        for function in candidates(self.program):
            flow = self.flows.of(function)
            for each in flow.all_bodies() if flow is not None else ():
                inside = self.of(function) if each is flow else self.inside(each)
                found += [inside] if inside is not None else []
        return tuple(found)

    def inside(self, flow: FunctionFlow) -> FunctionLocks | None:
        """Locks of one body, which may be a closure's."""
        if all(self.types.of(type_) is None for type_ in flow.typed.locals):
            return None
        acquisitions = Acquirer(flow, self.types, self.fields, self.summary).all()
        return FunctionLocks(flow, self.types, acquisitions) if acquisitions else None

    def summary(self, function: int) -> Summary | None:
        """Locks that calling a function takes; nothing where it takes none, or while it is being computed."""
        if function not in self._summaries:
            self._summaries[function] = None
            self._summaries[function] = self._summarise(function)
        return self._summaries[function]

    def _summarise(self, function: int) -> Summary | None:
        flow = self.flows.of(function)
        if flow is None:
            return None
        own = self.of(function)
        takes: list[Taken] = []
        returned: list[Taken] = []
        for each in own.acquisitions if own is not None else ():
            taken = _taken(flow, each)
            if own is not None and taken is not None:
                takes.append(taken)
                returned += [taken] if self._returns(own, each) else []
        takes += self._of_callees(flow)
        return Summary(tuple(dict.fromkeys(takes))[:_MOST], tuple(returned)) if takes else None

    def _returns(self, own: FunctionLocks, acquisition: Acquisition) -> bool:
        """Whether the guard is in the result when the function returns."""
        flow = own.flow
        ends = [b for b in flow.graph.order if flow.body.blocks[b].terminator.kind == "return"]
        return any(
            acquisition in own.held.in_local(Point(block, len(flow.body.blocks[block].operations)), 0)
            for block in ends
        )

    def _of_callees(self, flow: FunctionFlow) -> list[Taken]:
        found: list[Taken] = []
        for point, operation in flow.graph.points():
            call = flow.target(point)
            if call.kind != "resolved" or call.crate != self.program.root or call.alternatives:
                continue
            summary = self.summary(call.function)
            if summary is not None:
                path = canonical_path(self.program, self.program.functions[call.function])
                step = Step(flow.path, operation.span, f"calls `{path}`")
                always = _always(flow, point)
                moved = (_through(flow, operation, step, taken, always=always) for taken in summary.takes)
                found += [taken for taken in moved if taken is not None]
        return found


def _through(flow: FunctionFlow, call: Operation, step: Step, taken: Taken, *, always: bool) -> Taken | None:
    """A lock that a callee takes, as a caller of the caller sees it."""
    seen = from_caller(flow, taken, call)
    moved = _from_root(flow, seen[1].place) if seen is not None else None
    if seen is None or moved is None or len(taken.chain) >= _LONGEST:
        return None
    lock, root = seen
    return Taken(
        lock=lock,
        mode=taken.mode,
        parameter=moved[0],
        steps=moved[1],
        static=moved[2],
        waits=taken.waits,
        exact=root.exact,
        chain=(step, *taken.chain),
        always=taken.always and always,
    )


def _taken(flow: FunctionFlow, acquisition: Acquisition) -> Taken | None:
    """An acquisition as a caller sees it; nothing where its lock is the function's own."""
    root = acquisition.root
    if root is None or acquisition.through or not acquisition.waits:
        return None
    moved = _from_root(flow, root.place)
    if moved is None:
        return None
    guard = acquisition.guard
    step = Step(flow.path, guard.span, f"takes `{guard.lock}`")
    return Taken(
        lock=guard.lock, mode=guard.mode, parameter=moved[0], steps=moved[1], static=moved[2],
        waits="" if guard.attempt else acquisition.waits, exact=root.exact, chain=(step,),
        always=_always(flow, acquisition.point),
    )  # fmt: skip


def _from_root(flow: FunctionFlow, place: Place) -> tuple[int, tuple[str, ...], str] | None:
    if place.static:
        return 0, place.steps, place.static
    if 1 <= place.local <= flow.body.parameters:
        return place.local, place.steps, ""
    return None


def _always(flow: FunctionFlow, point: Point) -> bool:
    """Whether every way through the function passes a point."""
    graph = flow.graph
    ends = [b for b in graph.order if flow.body.blocks[b].terminator.kind == "return"]
    return all(graph.block_dominates(point.block, end) for end in ends)
