"""Ownership doubled or memory half written while code of the user's runs, which may unwind."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.rules.draft import Draft
from scrutineer.rules.panic.counters import Counters, counted_early
from scrutineer.rules.panic.duplicates import duplicates
from scrutineer.rules.panic.lengths import lengths
from scrutineer.rules.panic.walk import Hazard
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each place from which on an unwind would drop something twice, or something never made."""
    if unit.crate.panic == "abort":
        return
    counters = Counters(unit)
    for entry in unit.program.functions:
        unsafe = unit.has_unsafe(entry)
        if entry.item.body_span is None or not (unsafe or counters.may_move(entry)):
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            found = {hazard.start: hazard for hazard in counted_early(body, counters)}
            if unsafe:
                found |= {hazard.start: hazard for hazard in (*duplicates(body), *lengths(body))}
            mended: set[Point] = set()
            for hazard in sorted(found.values(), key=lambda hazard: body.place_span(hazard.start)):
                if hazard.mended not in mended:  # what is put right at one place is one bug
                    mended.add(hazard.mended)
                    yield _draft(unit, body, hazard)


def _draft(unit: Unit, flow: FunctionFlow, hazard: Hazard) -> Draft:
    danger, mended = flow.operation(hazard.danger).span, flow.operation(hazard.mended).span
    return Draft(
        path=flow.path,
        span=flow.operation(hazard.start).span,
        message=f"this {hazard.what}; {hazard.reason} before that is put right",
        related=(
            unit.related(flow.path, danger, "leaves here"),
            unit.related(flow.path, mended, "put right only here"),
        ),
        help="give up the original before (`ManuallyDrop`, `set_len(0)`), or restore it in a guard's `Drop`",
    )


RULE = Rule(
    id="panic-leaves-duplicate",
    summary="ownership doubled or memory half written while code of the user's may unwind",
    classes=("panic-safety", "double-free", "uninit", "dangling"),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
