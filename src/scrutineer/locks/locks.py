"""Locks of one crate: `Locks(flows).of(function)`.

locks = unit.locks
inside = locks.of(function)           # None where the function holds no lock
inside.held.must(point)               # locks held at a point
inside.guarded(point, place)          # the lock that protects a place there, and what of the guarded value it is
locks.summary(function)               # what a caller needs to know
"""

from __future__ import annotations

from collections.abc import Iterator
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
from scrutineer.locks.pairs import may_pair
from scrutineer.locks.places import root_of
from scrutineer.locks.summary import Run, Step, Summary, Taken
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
        if not self._pairs(flow) and all(self.types.of(type_) is None for type_ in flow.typed.locals):
            return None
        acquisitions = Acquirer(flow, self.types, self.fields, self.summary).all()
        return FunctionLocks(flow, self.types, acquisitions) if acquisitions else None

    def _pairs(self, flow: FunctionFlow) -> bool:
        skeletons = self.program.files[flow.entry.file].skeletons
        return flow.entry.number < len(skeletons) and may_pair(skeletons[flow.entry.number])

    def summary(self, function: int) -> Summary | None:
        """Locks that calling a function takes; nothing where it takes none, or while it is being computed."""
        if function not in self._summaries:
            self._summaries[function] = None
            self._summaries[function] = self._summarise(function)
        return self._summaries[function]

    def at_call(self, flow: FunctionFlow, point: Point) -> Summary | None:
        """What the call at a point does, where it is known who is called and that it runs at once."""
        call = flow.target(point)
        if call.kind != "resolved" or call.crate != self.program.root or call.alternatives:
            return None
        if self.program.functions[call.function].item.asynchronous and not _awaited(flow, point):
            return None
        return self.summary(call.function)

    @cached_property
    def callback_users(self) -> tuple[FunctionFlow, ...]:
        """Bodies that hand a closure to a function of the crate which runs it under a lock, as far as names tell."""
        names = self.runners
        found: list[FunctionFlow] = []
        for entry in self.program.functions if names else ():
            skeletons = self.program.files[entry.file].skeletons
            calls = skeletons[entry.number].calls if entry.number < len(skeletons) else ()
            if any(call.lstrip(".").rpartition("::")[2] in names for call in calls):
                flow = self.flows.of(entry.index)
                found += flow.all_bodies() if flow is not None else ()
        return tuple(found)

    @cached_property
    def runners(self) -> frozenset[str]:
        """Names of the crate's functions that run a closure of their caller under a lock."""
        found = {inside.flow.entry for inside in self._bodies if inside.flow.body.closure < 0}
        return frozenset(
            entry.item.name
            for entry in found
            if (summary := self.summary(entry.index)) is not None and any(run.under for run in summary.runs)
        )

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
        runs = tuple(_runs(flow, own))
        return Summary(tuple(dict.fromkeys(takes))[:_MOST], tuple(returned), runs) if takes or runs else None

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
            summary = self.at_call(flow, point)
            if summary is not None:
                path = canonical_path(self.program, self.program.functions[flow.target(point).function])
                step = Step(flow.path, operation.span, f"calls `{path}`")
                always = _always(flow, point)
                moved = (_through(flow, operation, step, taken, always=always) for taken in summary.takes)
                found += [taken for taken in moved if taken is not None]
        return found


def _runs(flow: FunctionFlow, own: FunctionLocks | None) -> Iterator[Run]:
    """Calls of a function's own callbacks, with the locks that it holds then."""
    for point, operation in flow.graph.points():
        place = operation.operands[0].place if operation.operands else None
        if flow.target(point).kind != "callback" or place is None:
            continue
        root = root_of(flow, place).place
        if not 1 <= root.local <= flow.body.parameters or root.steps:
            continue
        certain = set(own.held.must(point)) if own is not None else set()
        held = own.held.may(point) if own is not None else ()
        under = (_taken(flow, each) for each in held if each.guard.lock in certain)
        yield Run(root.local, tuple(taken for taken in under if taken is not None))


def _awaited(flow: FunctionFlow, point: Point) -> bool:
    """Whether what a call gives is awaited where it stands: only then does its body run here."""
    target = flow.operation(point).target
    return target is not None and any(
        operation.kind == "await" and any(o.place == target for o in operation.operands)
        for _, operation in flow.graph.points()
    )


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
