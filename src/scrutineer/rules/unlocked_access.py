"""What a lock protects, reached through the lock's own back door while nobody holds the lock."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.outlived import Followed, unlocked
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report the first operation that follows such a pointer."""
    for entry in unit.program.functions:
        flow = unit.flows.of(entry.index) if unit.has_unsafe(entry) and not entry.item.unsafe else None
        for found in unlocked(flow, unit.locks.of(entry.index)) if flow is not None else ():
            yield _draft(unit, found)


def _draft(unit: Unit, found: Followed) -> Draft:
    path = found.flow.path
    made = found.flow.operation(found.made).span
    return Draft(
        path=path,
        span=found.flow.operation(found.used).span,
        message=f"this reaches what `{found.lock}` protects without holding it",
        related=(unit.related(path, made, "the pointer comes from the lock itself, not from a guard"),),
        help="take the lock, or ask for it in the contract of an `unsafe fn`",
    )


RULE = Rule(
    id="unlocked-access",
    summary="protected data that is reached without its lock",
    classes=("data-race",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
