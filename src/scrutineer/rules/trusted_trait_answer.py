"""Unsafe code that believes what a safe trait's method or a closure answers."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.trusted.callers import users_answer
from scrutineer.rules.trusted.uses import Believed, believed
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each answer of the user's code that a safe function's unsafe operation relies on unchecked."""
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.unsafe or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            for found in believed(body):
                if users_answer(unit, body, found.answer):
                    yield _draft(unit, body, found)


def _draft(unit: Unit, flow: FunctionFlow, found: Believed) -> Draft:
    answer = found.answer
    said = "what a closure returns" if answer.whose == "a closure" else f"`{answer.name}` of {answer.whose}"
    return Draft(
        path=flow.path,
        span=flow.place_span(found.point),
        message=f"{said} {found.fault}",
        related=(unit.related(flow.path, flow.place_span(answer.point), "the answer"),),
        help="compare it with what is really there, or require an unsafe trait whose implementor promises it",
    )


RULE = Rule(
    id="trusted-trait-answer",
    summary="unsafe code that believes what a safe trait's method answers",
    classes=("trusted-trait", "bounds", "uninit"),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
