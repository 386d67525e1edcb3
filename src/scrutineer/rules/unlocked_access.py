"""What a lock protects, reached while nobody holds it: by the lock's own back door, or beside it."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.outlived import Followed, unlocked
from scrutineer.locks.unguarded import Unguarded, UnguardedAccesses
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report the first operation that follows such a pointer, and fields that all others reach under a lock."""
    for each in UnguardedAccesses(unit.locks).all():
        yield _beside(unit, each)
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


def _beside(unit: Unit, found: Unguarded) -> Draft:
    access, other = found.access, found.other
    field = access.field.rpartition("::")[2]
    span = other.flow.operation(other.point).span
    return Draft(
        path=access.flow.path,
        span=access.flow.operation(access.point).span,
        message=f"this reaches `{field}` without `{found.lock}`, under which {found.functions} other functions reach it",
        related=(unit.related(other.flow.path, span, f"here `{found.lock}` is held"),),
        help="take the lock here too, or ask for it in the contract of an `unsafe fn`",
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
