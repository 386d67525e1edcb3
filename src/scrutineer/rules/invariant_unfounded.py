"""A SAFETY comment that cites the invariants of a type that documents none."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.invariant_claims import unfounded_invariants
from scrutineer.rules.claim_report import report
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each such comment."""
    for objection in unfounded_invariants(unit.cases):
        yield report(
            objection,
            "the comment cites an invariant",
            "write the invariant down under `# Invariants` of the type, or say what makes it hold",
        )


RULE = Rule(
    id="invariant-unfounded",
    summary="comments that cite invariants which no type documents",
    classes=("claim",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
