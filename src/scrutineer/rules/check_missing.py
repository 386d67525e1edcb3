"""A SAFETY comment that says something was checked which nothing looks at."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.check_claims import missing_checks
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in missing_checks(unit.cases):
        yield report(
            objection,
            "the comment says that it was checked",
            "check it here, or name the place that does",
        )


RULE = Rule(
    id="check-missing",
    summary="comments that lean on a check which is not there",
    classes=("claim",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
