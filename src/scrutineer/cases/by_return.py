"""A value taken out behind `&mut` that a closure puts back, whatever happens meanwhile."""

from __future__ import annotations

from scrutineer.cases.by_ownership import COPIES
from scrutineer.cases.origin import origin_of
from scrutineer.cases.question import Question
from scrutineer.cases.reads import FieldRead, fields_of_place
from scrutineer.cases.uses import touches
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.paths import always
from scrutineer.model.body import Operation
from scrutineer.model.case import Evidence

_KEEPER = "core::mem::ManuallyDrop"


def by_return(question: Question) -> Evidence | None:
    """The next thing that is done with the field is to lend it to a closure that assigns it, as `defer!` does.

    Nothing can unwind before that, and nothing but such a closure uses the field afterwards.
    """
    flow, point = question.flow, question.at.point
    if question.wanted.property != "owned" or question.at.target.path not in COPIES:
        return None
    found = origin_of(flow, question.at.operand(0))
    place = found.root
    if place is None or found.kind != "reference" or not found.exact or flow.type_of(place).name != _KEEPER:
        return None
    fields = list(fields_of_place(flow, place))
    if not fields or flow.graph.reaches(point, point):
        return None
    after = [
        here
        for here, operation in flow.graph.points()
        if flow.graph.reaches(point, here) and operation.kind != "storage_dead" and touches(operation, place)
    ]
    if not after or not all(_puts_back(flow, flow.operation(here), fields[-1]) for here in after):
        return None
    if place.local < 0 or not always(
        flow, point, after.__contains__, lambda here: flow.unwinds(here).whose != "no"
    ):
        return None  # each way on makes one of the closures before it can unwind or return
    return question.evidence(
        "construction", f"a closure made next puts `{fields[-1]}` back", flow.place_span(after[0])
    )


def _puts_back(flow: FunctionFlow, operation: Operation, field: FieldRead) -> bool:
    """Whether an operation makes a closure that assigns the field."""
    number = operation.name.partition("#")[2] if operation.kind == "aggregate" else ""
    if not number.isdigit() or int(number) >= len(flow.closures):
        return False
    return any(
        each.target is not None and field in fields_of_place(body, each.target)
        for body in flow.closures[int(number)].all_bodies()
        for _, each in body.graph.points()
        if each.kind not in {"drop", "storage_dead"}
    )
