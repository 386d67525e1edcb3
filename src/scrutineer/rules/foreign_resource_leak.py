"""A foreign resource that an early return forgets, although the crate owns or releases it on its other ways."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation
from scrutineer.model.span import Span
from scrutineer.rules.draft import Draft
from scrutineer.rules.foreign.handles import Deed, Handle, acquired, is_certain
from scrutineer.rules.foreign.owners import Owners
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_RESIDUAL = "from_residual"


class Leak(msgspec.Struct, frozen=True):
    """The function is left with an error at `place`; `end` and `deed` say where another way cares for the handle.

    `proved`: on the way there the handle was tested, or given to a foreign function: the acquire had not failed.
    """

    place: Span
    end: Point
    deed: Deed
    proved: bool


def check(unit: Unit) -> Iterator[Draft]:
    """Report each early return between a foreign acquire and what owns or releases its result."""
    owners = Owners(unit)
    for entry in unit.program.functions:
        if entry.item.body_span is None or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            for handle in acquired(body, owners):
                leak = leaked(handle)
                if leak is not None:
                    yield _draft(unit, body, handle, leak)
                    break  # what one function forgets is put right at one place


def leaked(handle: Handle) -> Leak | None:
    """The first error return that the handle does not survive, where other ways from the acquire care for it."""
    flow = handle.flow
    certain = is_certain(handle)
    start = handle.acquire if certain else _first_good(handle)
    if start is None or _settled_before(handle, start):
        return None
    ends = {
        point: deed
        for point, deed in _reached(handle, start)
        if deed.fate in {"wrapped", "released", "named"}
    }
    if not ends:
        return None
    end, deed = min(ends.items(), key=lambda found: (found[1].fate == "named", flow.place_span(found[0])))
    for place, proved in sorted(
        _error_returns(handle, start, frozenset(ends)), key=lambda found: not found[1]
    ):
        return Leak(place, end, deed, proved or not certain)
    return None


def _first_good(handle: Handle) -> Point | None:
    """Where the handle is first tested, or given to a foreign function: it is good from there, whatever told failure."""
    flow = handle.flow
    for block in flow.graph.order:
        operations = flow.body.blocks[block].operations
        for at in range(len(operations)):
            point = Point(block, at)
            if handle.deed(point).fate == "lent" and flow.graph.dominates(handle.acquire, point):
                return point
        end = Point(block, len(operations))
        if handle.tested(block) and flow.graph.dominates(handle.acquire, end):
            return end
    return None


def _settled_before(handle: Handle, start: Point) -> bool:
    """Whether somebody may care for the handle already where the way begins: a guard that was made before."""
    graph = handle.flow.graph
    return start != handle.acquire and any(
        handle.deed(point).fate not in {"none", "lent"}
        and graph.reaches(handle.acquire, point)
        and graph.reaches(point, start)
        for point, _ in graph.points()
    )


def _reached(handle: Handle, start: Point) -> Iterator[tuple[Point, Deed]]:
    """Deeds on the ways from `start`, up to the first on each that settles who cares for the handle."""
    todo, seen = [(start.block, start.at + 1)], set[int]()
    while todo:
        block, first = todo.pop()
        for at in range(first, len(handle.flow.body.blocks[block].operations)):
            point = Point(block, at)
            deed = handle.deed(point)
            if deed.fate != "none":
                yield point, deed
            if point == handle.acquire or deed.fate not in {"none", "lent"}:
                break
        else:
            fresh = [target for target in handle.follows(block) if target not in seen]
            seen.update(fresh)
            todo += [(target, 0) for target in fresh]


class _Way(msgspec.Struct, frozen=True):
    """A way that has come to a block: the error that the result holds, and whether the handle is known good."""

    block: int
    first: int
    failed: Span | None
    proved: bool


def _error_returns(handle: Handle, start: Point, ends: frozenset[Point]) -> Iterator[tuple[Span, bool]]:
    """Where a way from `start` leaves the function with an error while nobody cares for the handle.

    A foreign call that is lent the handle on the way must also lie before one of `ends`: then it takes nothing.
    """
    blocks = handle.flow.body.blocks
    seen: set[tuple[int, bool, bool]] = set()
    todo = [_Way(start.block, start.at + 1, None, proved=False)]
    while todo:
        way = _through(handle, todo.pop(), ends)
        if way is None:
            continue
        if blocks[way.block].terminator.kind == "return" and way.failed is not None:
            yield way.failed, way.proved
        proved = way.proved or handle.tested(way.block)
        for target in handle.follows(way.block):
            if (target, way.failed is not None, proved) not in seen:
                seen.add((target, way.failed is not None, proved))
                todo.append(_Way(target, 0, way.failed, proved))


def _through(handle: Handle, way: _Way, ends: frozenset[Point]) -> _Way | None:
    """The way at the end of its block; nothing if somebody takes the handle before."""
    flow, failed, proved = handle.flow, way.failed, way.proved
    for at in range(way.first, len(flow.body.blocks[way.block].operations)):
        point = Point(way.block, at)
        fate = handle.deed(point).fate
        lent = fate == "lent" and any(flow.graph.reaches(point, end) for end in ends)
        if point == handle.acquire or not (fate == "none" or lent):
            return None
        proved = proved or lent
        failed = _error(flow, point, failed)
    return _Way(way.block, way.first, failed, proved)


def _error(flow: FunctionFlow, point: Point, before: Span | None) -> Span | None:
    """Where the result was last made an error, after this operation."""
    operation = flow.operation(point)
    if operation.target is None or operation.target.local != 0 or operation.target.steps:
        return before
    return operation.span if _makes_error(operation) else None


def _makes_error(operation: Operation) -> bool:
    name = operation.callee.name if operation.callee is not None else operation.name
    return name.rpartition("::")[2] in {"Err", _RESIDUAL}


def _draft(unit: Unit, flow: FunctionFlow, handle: Handle, leak: Leak) -> Draft:
    name = flow.target(handle.acquire).name
    cared = flow.place_span(leak.end)
    release = leak.deed.release
    how = {
        "wrapped": f"becomes a `{release.owner.rpartition('::')[2]}` only here" if release else "",
        "released": "is released on this way only",
    }.get(leak.deed.fate, "is released, it seems, on this way only")
    return Draft(
        path=flow.path,
        span=leak.place,
        message=f"this early return forgets what `{name}` gave: nothing owns or releases it yet",
        level="warning" if leak.proved and release is not None else "note",
        related=(
            unit.related(flow.path, flow.place_span(handle.acquire), "acquired here"),
            unit.related(flow.path, cared, how),
        ),
        help="hand it to its owner as soon as it is known to be good, before anything else can fail",
    )


RULE = Rule(
    id="foreign-resource-leak",
    summary="foreign resources that an early return forgets",
    classes=("leak",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
