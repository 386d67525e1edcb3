"""A pointer into what a lock protects, followed after the lock was given back."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.outlived import Followed, outlived
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report the first operation that follows such a pointer."""
    for inside in unit.locks.bodies():
        for found in outlived(inside):
            yield _draft(unit, found)


def _draft(unit: Unit, found: Followed) -> Draft:
    path = found.flow.path
    made = found.flow.operation(found.made).span
    return Draft(
        path=path,
        span=found.flow.operation(found.used).span,
        message=f"this follows a pointer into `{found.target}` after the guard of `{found.lock}` died",
        related=(unit.related(path, made, f"the pointer is made here, under `{found.lock}`"),),
        help="keep the guard as long as the pointer, or copy what is needed out while the lock is held",
    )


RULE = Rule(
    id="guard-outlived",
    summary="pointers that are followed after the guard they came from",
    classes=("dangling",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
