"""Memory of one type that is taken for another whose layout or values differ."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.types import TypeRef
from scrutineer.rules.confusion.reads import confused_reads
from scrutineer.rules.confusion.transmutes import confused_conversions
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report casts and transmutes of safe functions that cannot be right, or that callers can make wrong."""
    exposures = unit.exposures
    for entry in unit.program.functions:
        suspect = unit.has_unsafe(entry) or _returns_pointer(entry.item.result)
        if entry.item.body_span is None or entry.item.unsafe or not suspect:
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            yield from _of_body(body, is_open=body is flow and exposures.open(entry))


def _returns_pointer(type_: TypeRef) -> bool:
    """Whether a function without unsafe code lets a pointer out, for others to read through."""
    return type_.kind == "pointer" or (type_.kind == "tuple" and any(map(_returns_pointer, type_.args)))


def _of_body(flow: FunctionFlow, *, is_open: bool) -> Iterator[Draft]:
    told: set[str] = set()
    for confusion in (*confused_reads(flow, is_open=is_open), *confused_conversions(flow, is_open=is_open)):
        if confusion.why not in told:
            told.add(confusion.why)
            yield Draft(
                path=flow.path,
                span=flow.place_span(confusion.point),
                message=f"this {confusion.why}",
                class_=confusion.class_,
                help=confusion.help,
            )


RULE = Rule(
    id="type-confusion",
    summary="memory of one type that is taken for another",
    classes=("layout", "invalid-value", "uninit"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
