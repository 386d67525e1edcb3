"""Whether a part of a variable is used after a point, by its own name or by a reference made of it before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import PRIMITIVES

Harmless = Callable[[Point], bool]
_LENDS = frozenset({"borrow", "raw_borrow", "call", "aggregate"})
_ENDS = frozenset({"drop", "storage_dead"})


def is_used_after(flow: FunctionFlow, point: Point, place: Place, harmless: Harmless) -> bool:
    """Whether something after a point touches a place, ends of scopes and harmless operations aside."""
    lent = set[int]()
    for here, operation in flow.graph.points():
        if here == point or operation.kind in _ENDS or not _touches(operation, place):
            continue
        if flow.graph.reaches(point, here) and not harmless(here):
            return True
        if _lends(flow, operation) and operation.target is not None:
            lent.add(operation.target.local)
    lent -= set(_locals(flow.operation(point)))
    return any(
        flow.graph.reaches(point, here) and bool(lent & set(_locals(operation)))
        for here, operation in flow.graph.points()
        if operation.kind not in _ENDS
    )


def _lends(flow: FunctionFlow, operation: Operation) -> bool:
    """Whether what an operation gives may refer to what it takes in."""
    if operation.target is None or operation.target.steps or operation.kind not in _LENDS:
        return False
    return flow.type_of(operation.target).name not in PRIMITIVES


def _touches(operation: Operation, place: Place) -> bool:
    places = [each.place for each in operation.operands if each.place is not None]
    if operation.target is not None and operation.target.steps:
        places.append(operation.target)
    return any(overlaps(each, place) for each in places)


def _locals(operation: Operation) -> Iterator[int]:
    for each in operation.operands:
        if each.place is not None:
            yield each.place.local
