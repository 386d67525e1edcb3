"""References to what a `MaybeUninit` or spare capacity has room for, lent to code of the user's before it is there."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.rules.ownership.roots import root

_MAYBE = "MaybeUninit"
_USERS = frozenset({"generic", "dyn", "callback"})
_UNWRITTEN = ("MaybeUninit::uninit", "MaybeUninit::uninit_array")
_POINTS = frozenset(
    {"as_mut_ptr", "as_ptr", "cast", "as_mut_slice", "as_mut", "len", "uninit", "assume_init"}
)


def lent_unwritten(flow: FunctionFlow) -> Iterator[tuple[Point, Place]]:
    """Calls of the user's code that are given such a reference, and whose memory it is."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).kind not in _USERS:
            continue
        for operand in operation.operands[1:]:
            owner = _unwritten(flow, point, operand)
            if owner is not None:
                yield point, owner
                break


def _unwritten(flow: FunctionFlow, point: Point, operand: Operand) -> Place | None:
    """The variable whose unwritten memory an argument refers to as if it were a value."""
    place = operand.place
    lent = flow.type_of(place) if place is not None else None
    if place is None or lent is None or lent.kind != "ref" or not lent.mutable or _MAYBE in str(lent):
        return None
    owner = root(flow, place)
    if owner.local < 0:
        return None
    if any(part.name == ".spare_capacity_mut" for part in flow.values.of(operand).walk()):
        return owner
    if _MAYBE not in str(flow.type_of(Place(owner.local))) or not _made_unwritten(flow, owner):
        return None
    touched = any(
        _may_write(flow, earlier, there, owner) and flow.graph.reaches(earlier, point)
        for earlier, there in flow.graph.points()
        if earlier != point
    )
    return None if touched else owner


def _made_unwritten(flow: FunctionFlow, owner: Place) -> bool:
    made = flow.sources.setters(owner.local)
    return any(setter.callee is not None and setter.callee.name.endswith(_UNWRITTEN) for setter in made)


def _may_write(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether an operation may write the memory: an assignment into it, a call that is given a way there."""
    target = operation.target
    if operation.kind == "assign" and target is not None and target.steps:
        return root(flow, target).local == owner.local
    if operation.kind != "call" or flow.target(point).name in _POINTS:
        return False
    places = [operand.place for operand in operation.operands if operand.place is not None]
    return any(place.local >= 0 and root(flow, place).local == owner.local for place in places)
