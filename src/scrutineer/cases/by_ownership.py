"""What moves prove: a value copied out bit by bit, or taken, is neither dropped nor used a second time here."""

from __future__ import annotations

from scrutineer.cases.origin import origin_of
from scrutineer.cases.question import Question
from scrutineer.cases.uses import is_used_after
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import always
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operation, Place
from scrutineer.model.case import Evidence

_KEEPER = "core::mem::ManuallyDrop"
_FORGET = "core::mem::forget"
COPIES = frozenset(
    {
        "core::ptr::read",
        "pointer::read",
        "core::ptr::NonNull::read",
        "core::mem::ManuallyDrop::take",
        "core::mem::ManuallyDrop::drop",
        "core::ptr::drop_in_place",
        "pointer::drop_in_place",
    }
)
"""Operations after which the original must not be used or dropped."""


def by_ownership(question: Question) -> Evidence | None:
    """The original lies in a variable of this body that is never dropped, and nothing uses it again."""
    flow, point = question.flow, question.at.point
    if question.wanted.property != "owned" or question.at.target.path not in COPIES:
        return None
    place = _original(flow, question.at.operation)
    if place is None or flow.graph.reaches(point, point) or _is_used_again(flow, point, place):
        return None
    name = flow.body.locals[place.local].name
    if _is_kept(flow, place):
        return question.evidence(
            "construction", f"`{name}` is never dropped, and nothing uses that part again"
        )
    if _is_forgotten(flow, point, place.local):
        return question.evidence("construction", f"`{name}` is forgotten before anything can drop it")
    return None


def _original(flow: FunctionFlow, operation: Operation) -> Place | None:
    """The part of a variable of this body that an operation copies; nothing where it lies behind a pointer."""
    found = origin_of(flow, operation.operands[0] if operation.operands else None)
    place = found.root
    if found.kind not in {"reference", "place"} or found.offset or not found.exact or place is None:
        return None
    if place.local < 0 or flow.body.locals[place.local].kind == "capture":
        return None
    inside = all(type_.name == _KEEPER for type_ in flow.answers.place(place).through)
    return place if inside and flow.type_of(Place(place.local)).kind == "path" else None


def _is_kept(flow: FunctionFlow, place: Place) -> bool:
    """Whether dropping the variable would not drop that part: a `ManuallyDrop` stands on the way to it."""
    return any(
        flow.type_of(Place(place.local, place.steps[:length])).name == _KEEPER
        for length in range(len(place.steps) + 1)
    ) or any(type_.name == _KEEPER for type_ in flow.answers.place(place).through)


def _is_forgotten(flow: FunctionFlow, point: Point, local: int) -> bool:
    """Whether every way on from a point forgets the variable, and nothing can unwind before that."""
    return always(
        flow, point, lambda here: _forgets(flow, here, local), lambda here: flow.unwinds(here).whose != "no"
    )


def _forgets(flow: FunctionFlow, point: Point, local: int) -> bool:
    operation = flow.operation(point)
    given = operation.operands[0].place if operation.operands else None
    return operation.kind == "call" and given == Place(local) and flow.target(point).path == _FORGET


def _is_used_again(flow: FunctionFlow, point: Point, place: Place) -> bool:
    """Whether something after a point may use a place, or something else takes the place out, too."""
    taken = any(
        here != point and flow.target(here).path in COPIES and _takes(flow, operation, place)
        for here, operation in flow.graph.points()
        if operation.kind == "call"
    )
    return taken or is_used_after(flow, point, place, lambda here: _forgets(flow, here, place.local))


def _takes(flow: FunctionFlow, operation: Operation, place: Place) -> bool:
    """Whether another copy is of the same place, or of a part of it, or of what it is a part of."""
    other = _original(flow, operation)
    return other is not None and overlaps(other, place)
