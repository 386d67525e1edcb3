"""`unsafe impl Sync` for a type whose `&self` functions lend or move values that may not be shared or sent."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.program.properties import SYNC
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.thread.derived import derived_sync
from scrutineer.rules.thread.impls import ThreadImpls
from scrutineer.rules.thread.report import derived_draft, draft
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each impl that lacks a bound on a parameter which `&self` lends, moves out or takes in.

    So is a type without an impl of its own that gets `Sync` from one that asks for less than the type lends.
    """
    impls = ThreadImpls(unit.program)
    for impl in impls.of(SYNC):
        missing = impls.missing(impl)
        if missing:
            yield draft(unit, impl, missing)
    for entry, exposure in derived_sync(impls):
        yield derived_draft(unit, entry, exposure)


RULE = Rule(
    id="sync-without-bound",
    summary="`unsafe impl Sync` that shares values which may not be shared",
    classes=("send-sync",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
