"""Which locks are taken while which are held, over a whole crate, and the cycles in that order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.callbacks import closures_run, held_by, taken_inside
from scrutineer.locks.callers import from_caller
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.summary import Step
from scrutineer.model.lock import LockId, LockMode
from scrutineer.model.span import Span

Name = tuple[str, str]
_BLOCKING = frozenset({"sleeps", "spins", "yields"})
_LONGEST = 3  # locks in a cycle


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """`taken` is taken in `flow` while `held` is held; `others` are all locks held there."""

    held: LockId
    taken: LockId
    held_mode: LockMode
    mode: LockMode
    flow: FunctionFlow
    span: Span
    chain: tuple[Step, ...]
    others: frozenset[Name]

    @property
    def ends(self) -> tuple[Name, Name]:
        """The two locks by type and field."""
        return name_of(self.held), name_of(self.taken)


def name_of(lock: LockId) -> Name:
    """A lock by type and field, whatever the object."""
    return lock.owner, lock.field


class Cycle(msgspec.Struct, frozen=True):
    """Edges that lead from a lock back to it; each function on its own is right."""

    edges: tuple[Edge, ...]


def edges_of(locks: Locks, inside: FunctionLocks) -> Iterator[Edge]:
    """The order in which one body takes locks, through what it calls as well."""
    flow = inside.flow
    for each in inside.acquisitions:
        if each.guard.parameter or each.guard.attempt or each.waits not in _BLOCKING:
            continue
        for held, mode in _held(inside, each.point):
            step = Step(flow.path, each.guard.span, f"takes `{each.guard.lock}` while holding `{held}`")
            yield _edge(inside, each.point, (held, mode), (each.guard.lock, each.guard.mode), (step,))
    for point, operation in flow.graph.points():
        known = _held(inside, point) if operation.kind == "call" else []
        summary = locks.at_call(flow, point) if known else None
        for taken in summary.takes if summary is not None else ():
            seen = from_caller(flow, taken, operation)
            if seen is None or taken.waits not in _BLOCKING:
                continue
            for held, mode in known:
                path = flow.target(point).path
                step = Step(flow.path, operation.span, f"calls `{path}` while holding `{held}`")
                yield _edge(inside, point, (held, mode), (seen[0], taken.mode), (step, *taken.chain))


def edges_of_callbacks(locks: Locks, flow: FunctionFlow) -> Iterator[Edge]:
    """The order in which closures of a body take locks under those of the function that runs them."""
    for point, operation in flow.graph.points():
        for run in closures_run(locks, flow, point, operation):
            under = list(held_by(run))
            for each in taken_inside(locks, run) if under else ():
                for held in under:
                    text = f"hands a closure to `{flow.target(point).path}`, which holds `{held.guard.lock}` when it runs it"
                    yield Edge(
                        held=held.guard.lock,
                        held_mode=held.guard.mode,
                        taken=each.lock,
                        mode=each.mode,
                        flow=flow,
                        span=each.chain[0].span,
                        chain=(Step(flow.path, operation.span, text), *each.chain),
                        others=frozenset(name_of(other.guard.lock) for other in under),
                    )


def _edge(
    inside: FunctionLocks,
    point: Point,
    held: tuple[LockId, LockMode],
    taken: tuple[LockId, LockMode],
    chain: tuple[Step, ...],
) -> Edge:
    others = frozenset(name_of(lock) for lock in inside.held.must(point))
    return Edge(
        held=held[0],
        held_mode=held[1],
        taken=taken[0],
        mode=taken[1],
        flow=inside.flow,
        span=chain[0].span,
        chain=chain,
        others=others,
    )


def _held(inside: FunctionLocks, point: Point) -> list[tuple[LockId, LockMode]]:
    certain = set(inside.held.must(point))
    may = inside.held.may(point)
    return [(each.guard.lock, each.guard.mode) for each in may if each.guard.lock in certain]


def cycles(edges: Iterable[Edge]) -> Iterator[Cycle]:
    """Cycles of two or three locks that are known by type and field, each once."""
    by_ends: dict[tuple[Name, Name], Edge] = {}
    for edge in edges:
        start, end = edge.ends
        if start != end and _is_known(edge.held) and _is_known(edge.taken):
            by_ends.setdefault((start, end), edge)
    following: dict[Name, list[Name]] = {}
    for start, end in by_ends:
        following.setdefault(start, []).append(end)
    for start in sorted(following):
        for path in _paths(following, (start,)):
            found = tuple(by_ends[a, b] for a, b in zip(path, (*path[1:], start), strict=True))
            if _can_deadlock(found):
                yield Cycle(found)


def _paths(following: dict[Name, list[Name]], path: tuple[Name, ...]) -> Iterator[tuple[Name, ...]]:
    """Ways back to the first lock, of which the first is the least: so each cycle is found once."""
    for name in sorted(following.get(path[-1], ())):
        if name == path[0] and len(path) > 1:
            yield path
        elif name > path[0] and name not in path and len(path) < _LONGEST:
            yield from _paths(following, (*path, name))


def _can_deadlock(edges: tuple[Edge, ...]) -> bool:
    """No lock held at all of them keeps the threads apart, and no lock is only read."""
    ends = {name for edge in edges for name in edge.ends}
    common = frozenset.intersection(*(edge.others for edge in edges)) - ends
    if common:
        return False
    for edge, before in zip(edges, (edges[-1], *edges[:-1]), strict=True):
        if edge.held_mode == before.mode == "shared":
            return False
    return True


def _is_known(lock: LockId) -> bool:
    return bool(lock.owner) or "." not in lock.field
