"""A SAFETY comment that leans on a caller who was never asked."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.delegation_claims import unfounded_delegations
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in unfounded_delegations(unit.cases):
        yield report(
            objection,
            "the comment leans on the caller",
            "say in `# Safety` what the caller must see to, or show here why it holds",
        )


RULE = Rule(
    id="delegation-unfounded",
    summary="comments that lean on a caller who was never asked",
    classes=("claim",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
