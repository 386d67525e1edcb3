"""`unsafe impl Send` for a type that carries values of a parameter which may not leave their thread."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.program.properties import SEND
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.thread.impls import ThreadImpls
from scrutineer.rules.thread.report import draft
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each impl that lacks a bound on a parameter whose values travel with the type."""
    impls = ThreadImpls(unit.program)
    for impl in impls.of(SEND):
        missing = impls.missing(impl)
        if missing:
            yield draft(unit, impl, missing)


RULE = Rule(
    id="send-without-bound",
    summary="`unsafe impl Send` that lets thread-bound values travel",
    classes=("send-sync",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
