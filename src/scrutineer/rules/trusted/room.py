"""Room made for more of an iterator's items while the length says that there are fewer than there are."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after
from scrutineer.model.body import Place
from scrutineer.rules.ownership.roots import argument, root
from scrutineer.rules.panic.updates import sets_length
from scrutineer.rules.trusted.answers import Answer, whose

_RESERVES = frozenset({"reserve", "try_reserve"})
_MOVES = frozenset({"copy", "copy_nonoverlapping", "copy_to", "copy_from"})


def reserved_short(flow: FunctionFlow) -> Iterator[tuple[Point, Answer]]:
    """Calls of `reserve` in a loop over the user's iterator, between a lowered length and moves of the old tail."""
    for point, operation in flow.graph.points():
        called = operation.callee is not None and operation.callee.name in _RESERVES
        place = argument(operation, 0) if called else None
        if place is None:
            continue
        owner = root(flow, place)
        step = _step(flow, point)
        if step is not None and _lowered_before(flow, point, owner) and _moves_after(flow, point, owner):
            target = flow.target(step)
            yield point, Answer(step, target.name, whose(target), frozenset())
            return


def _step(flow: FunctionFlow, point: Point) -> Point | None:
    """The step of the user's iterator that a point's loop takes."""
    for at, operation in flow.graph.points():
        name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
        around = name == "next" and flow.graph.dominates(at, point) and flow.graph.reaches(point, at)
        if around and flow.unwinds(at).whose == "user":
            return at
    return None


def _sets(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    found = sets_length(flow, point, flow.operation(point))
    return found is not None and found.local == owner.local


def _lowered_before(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    """Whether a length that is no sum was set on every way here, and none since."""
    for at, operation in flow.graph.points():
        if not _sets(flow, at, owner) or not flow.graph.dominates(at, point) or not operation.operands:
            continue
        value = flow.values.of(operation.operands[-1])
        raised = operation.kind == "binary" or (value.kind == "binary" and value.name == "+")
        if not raised and point in after(flow, at, lambda there, _: _sets(flow, there, owner)):
            return True
    return False


def _moves_after(flow: FunctionFlow, point: Point, owner: Place) -> bool:
    for later in after(flow, point, lambda there, _: _sets(flow, there, owner)):
        operation = flow.operation(later)
        if operation.kind != "call" or flow.target(later).name not in _MOVES:
            continue
        places = [place for number in (0, 1) if (place := argument(operation, number)) is not None]
        if len(places) > 1 and all(root(flow, place).local == owner.local for place in places):
            return True
    return False
