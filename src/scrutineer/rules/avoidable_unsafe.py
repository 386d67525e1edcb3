"""Unsafe code that a safe form can replace today."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.avoidable import avoidable
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each site with a safe form that costs nothing."""
    for found in avoidable(unit.cases):
        site = found.case.site
        yield Draft(
            path=site.path,
            span=site.span,
            message=f"this needs no unsafe code: {found.instead}",
            case=str(site.id),
            status="discharged",
            help="use the safe form",
        )


RULE = Rule(
    id="avoidable-unsafe",
    summary="unsafe code that a safe form can replace at no cost",
    classes=("style",),
    level="note",
    confidence="high",
    since="0.1.0",
    check=check,
)
