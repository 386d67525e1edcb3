"""A SAFETY comment that names a field or method which is no more."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.named_claims import stale_names
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in stale_names(unit.cases):
        yield report(
            objection,
            "the comment names a member",
            "name what the code calls it today, and see whether the argument still holds",
        )


RULE = Rule(
    id="stale-name",
    summary="comments that name what no code has any more",
    classes=("claim",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
