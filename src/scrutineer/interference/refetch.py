"""Double fetches: a value that is checked, and fetched again from where others can write before it is used."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.interference.fetches import Fetch
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.span import Span

_CARRIES = frozenset({"assign", "cast", "binary", "unary", "borrow", "aggregate"})
_ANSWERS = frozenset({"bool", "core::cmp::Ordering"})


class DoubleFetch(msgspec.Struct, frozen=True, kw_only=True):
    """`first` is checked at `check`; what `second` fetched is used at `use` without a check of its own."""

    first: Fetch
    second: Fetch
    check: Span
    asks_null: bool
    use: Point


class Carried(msgspec.Struct, frozen=True):
    """Where the value of a fetch goes: the locals that hold it or something computed from it."""

    fetch: Fetch
    locals: frozenset[int]

    def by(self, point: Point, operation: Operation) -> bool:
        """Whether an operation takes the value in."""
        return any(self.through(point, at, operand) for at, operand in enumerate(operation.operands))

    def through(self, point: Point, at: int, operand: Operand) -> bool:
        """Whether one operand brings the value."""
        if point == self.fetch.point and at == self.fetch.operand:
            return True
        return operand.place is not None and self.holds(operand.place)

    def holds(self, place: Place) -> bool:
        """Whether a place holds the value, or is chosen by it."""
        if place.local in self.locals:
            return True
        return any(f"[_{local}]" in place.steps for local in self.locals)


def carried(fetch: Fetch) -> Carried:
    """The value of a fetch followed forward through a body."""
    flow = fetch.flow
    found = Carried(fetch, frozenset({fetch.local} - {-1}))
    while True:
        more = {
            operation.target.local
            for point, operation in flow.graph.points()
            if operation.target is not None
            and not operation.target.steps
            and operation.target.local not in found.locals
            and _passes(flow, point, operation)
            and found.by(point, operation)
        }
        if not more:
            return found
        found = Carried(fetch, found.locals | more)


def _passes(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether what an operation takes in is in what it gives."""
    if operation.kind != "call":
        return operation.kind in _CARRIES
    return flow.target(point).kind in {"std", "unknown", "constructor"}


def double_fetches(found: list[Fetch]) -> Iterator[DoubleFetch]:
    """Pairs of one body's fetches of which the first is checked and the second used."""
    for second in found:
        for first in found:
            if first is second or not _same_memory(first, second):
                continue
            pair = _pair(first, second)
            if pair is not None:
                yield pair
                break


def _same_memory(first: Fetch, second: Fetch) -> bool:
    """Whether the second takes from where the first took, later."""
    flow = first.flow
    if first.kind != second.kind or first.location != second.location or first.location.kind == "unknown":
        return False
    if not flow.graph.dominates(first.point, second.point) or first.point == second.point:
        return False
    if any(part.kind == "unknown" for part in first.location.walk()):
        return False
    places = [place for place in first.location.places() if first.kind != "static"]
    after = Point(first.point.block, first.point.at + 1)
    return not flow.writes.written_between(after, second.point, places)


def _pair(first: Fetch, second: Fetch) -> DoubleFetch | None:
    flow = first.flow
    one, other = carried(first), carried(second)
    for point, operation in flow.graph.points():
        comes_after = point == second.point or flow.graph.dominates(second.point, point)
        if not comes_after or not _is_use(flow, other, point, operation):
            continue
        if _check(flow, other, second.point, point, None) is not None:
            return None
        check = _check(flow, one, first.point, point, second.point)
        if check is None:
            return None
        span, asks_null = check
        return DoubleFetch(first=first, second=second, check=span, asks_null=asks_null, use=point)
    return None


def _check(
    flow: FunctionFlow, value: Carried, after: Point, use: Point, before: Point | None
) -> tuple[Span, bool] | None:
    """A branch on the value that decides whether the use is reached, taken after one point (and before another)."""
    for block in flow.graph.order:
        terminator = flow.body.blocks[block].terminator
        end = Point(block, len(flow.body.blocks[block].operations))
        if terminator.kind not in {"branch", "match"} or terminator.condition is None:
            continue
        if not flow.graph.dominates(after, end) or (before is not None and flow.graph.dominates(before, end)):
            continue
        place = terminator.condition.place
        if place is None or not value.holds(place):
            continue
        if any(flow.graph.edge_dominates(block, target, use.block) for target in terminator.targets):
            parts = [part.name for part in flow.values.of(terminator.condition).walk()]
            return terminator.span, any(name.endswith("is_null") for name in parts)
    return None


def _follows(flow: FunctionFlow, value: Carried, operation: Operation) -> bool:
    """Whether an operation reads or writes what the fetched pointer points to."""
    places = [*(operand.place for operand in operation.operands), operation.target]
    return any(
        place is not None
        and place.local in value.locals
        and place.steps[:1] == ("*",)
        and flow.typed.locals[place.local].kind == "pointer"
        for place in places
    )


def _is_use(flow: FunctionFlow, value: Carried, point: Point, operation: Operation) -> bool:
    """Whether the value decides something here that a check should have guarded: something unsafe, or, of user memory, anything."""
    if _follows(flow, value, operation):
        return True
    if not value.by(point, operation):
        return False
    target = flow.target(point)
    if operation.kind == "call" and operation.unsafe_block >= 0 and target.unsafe == "yes":
        return target.kind != "foreign" and not target.name.startswith("read_volatile")
    if value.fetch.kind != "user" or point == value.fetch.point:
        return False
    indexed = any(
        step.startswith("[_") and int(step[2:-1]) in value.locals
        for place in (*(operand.place for operand in operation.operands), operation.target)
        if place is not None
        for step in place.steps
    )
    stored = operation.target is not None and (bool(operation.target.steps) or operation.target.local == 0)
    called = operation.kind == "call" and target.kind in {"resolved", "generic", "dyn", "external", "foreign"}
    return indexed or called or (stored and operation.kind in _CARRIES)
