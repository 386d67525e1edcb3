"""A SAFETY comment that says a lock is held where its guard is gone."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.lock_claims import locks_not_held
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in locks_not_held(unit.cases, unit.locks):
        yield report(
            objection,
            "the comment says that a lock is held",
            "keep the guard alive to the end of the unsafe block",
        )


RULE = Rule(
    id="lock-not-held",
    summary="comments that say a lock is held where its guard is gone",
    classes=("claim",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
