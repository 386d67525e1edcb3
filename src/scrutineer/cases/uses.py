"""Whether a part of a variable is used after a point, by its own name or by a reference made of it before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import PRIMITIVES

Harmless = Callable[[Point], bool]
_LENDS = frozenset({"borrow", "raw_borrow", "call", "aggregate"})
_ENDS = frozenset({"drop", "storage_dead"})


def is_used_after(flow: FunctionFlow, point: Point, place: Place, harmless: Harmless) -> bool:
    """Whether something after a point touches what is at a place then, ends of scopes and harmless operations aside.

    What is assigned to the place meanwhile is another value.
    """
    lent = set[int]()
    dropped = flow.answers.needs_drop(place) != "no"  # an assignment drops what was there
    replaces = partial(_replaces, place=place) if not dropped else _never
    for here, operation in flow.graph.points():
        if here == point or _ends(operation) or not touches(operation, place):
            continue
        after = flow.graph.reaches(point, here) and not harmless(here) and not replaces(operation)
        if after and flow.graph.path_avoiding(point, replaces, here):
            return True
        if _lends(flow, operation) and operation.target is not None:
            lent.add(operation.target.local)
    lent -= set(_locals(flow.operation(point)))
    return any(
        flow.graph.reaches(point, here) and bool(lent & set(_locals(operation)))
        for here, operation in flow.graph.points()
        if operation.kind not in _ENDS
    )


def _never(_operation: Operation) -> bool:
    return False


def _ends(operation: Operation) -> bool:
    """Whether an operation only ends the life of a variable: to drop a part of one is to use it."""
    given = operation.operands[0].place if operation.operands else None
    return operation.kind == "storage_dead" or (
        operation.kind == "drop" and (given is None or not given.steps)
    )


def _replaces(operation: Operation, place: Place) -> bool:
    """Whether an operation assigns the place as a whole, out of something else."""
    given = [each.place for each in operation.operands if each.place is not None]
    return operation.target == place and not any(overlaps(each, place) for each in given)


def touches(operation: Operation, place: Place) -> bool:
    """Whether an operation reads, borrows or sets a place or a part of it, or what it is a part of."""
    places = [each.place for each in operation.operands if each.place is not None]
    if operation.target is not None and operation.target.steps:
        places.append(operation.target)
    return any(overlaps(each, place) for each in places)


def _lends(flow: FunctionFlow, operation: Operation) -> bool:
    """Whether what an operation gives may refer to what it takes in."""
    if operation.target is None or operation.target.steps or operation.kind not in _LENDS:
        return False
    return flow.type_of(operation.target).name not in PRIMITIVES


def _locals(operation: Operation) -> Iterator[int]:
    for each in operation.operands:
        if each.place is not None:
            yield each.place.local
