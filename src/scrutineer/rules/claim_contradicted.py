"""A SAFETY comment that the code contradicts."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.contradicted_claims import contradicted_claims
from scrutineer.cases.created_claims import escaped_claims
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in contradicted_claims(unit.cases):
        yield report(
            objection,
            "the comment says that a field never changes",
            "find out what the unsafe code needs of the field, and keep the others from changing it",
        )
    for objection in escaped_claims(unit.cases):
        yield report(
            objection,
            "the comment says that nothing else has the value",
            "store it after the unsafe code, or argue for what others may do with it",
        )


RULE = Rule(
    id="claim-contradicted",
    summary="comments that the code contradicts",
    classes=("claim",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
