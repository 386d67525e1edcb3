"""Inline `// scrutineer: allow(rule) why` comments that allow nothing."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.rules.allow import UnusedAllow
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check_allows(unit: Unit, unused: tuple[UnusedAllow, ...]) -> Iterator[Draft]:
    """Report each rule name of an allow comment that had no effect."""
    del unit
    for entry in unused:
        yield Draft(
            path=entry.allow.path,
            span=entry.allow.span,
            message=f"this allow comment {entry.problem}",
            help="write `// scrutineer: allow(rule-id) reason`, or remove the comment",
        )


RULE = Rule(
    id="unused-allow",
    summary="allow comments that allow nothing",
    classes=("style",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check_allows=check_allows,
    bodies=False,
)
