"""A value that was checked, fetched a second time from where others can write, and used as if it were checked."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.interference.refetch import DoubleFetch
from scrutineer.interference.rivals import Write
from scrutineer.model.finding import Related
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report the second fetch, with the check of the first and the use of the second."""
    for found, rival in unit.interference.double_fetches:
        yield _draft(unit, found, rival)


def _draft(unit: Unit, found: DoubleFetch, rival: Write | None) -> Draft:
    flow = found.second.flow
    related = [
        unit.related(
            flow.path, flow.operation(found.first.point).span, "the value that is checked is fetched here"
        ),
        unit.related(flow.path, found.check, "it is checked here"),
    ]
    if found.use != found.second.point:
        span = flow.operation(found.use).span
        related.append(unit.related(flow.path, span, "the value of the second fetch is used here, unchecked"))
    party = found.second.party
    if rival is not None:
        related.append(_written(unit, rival))
        party = f"`{rival.flow.entry.item.name}`"
    return Draft(
        path=flow.path,
        span=flow.operation(found.second.point).span,
        message=f"`{found.second.name}` is fetched again after it was checked, and {party} can write it in between",
        related=tuple(related),
        help="fetch it once, and use the value that was checked",
    )


def _written(unit: Unit, rival: Write) -> Related:
    return unit.related(rival.flow.path, rival.operation.span, "another thread can write it here meanwhile")


RULE = Rule(
    id="double-fetch",
    summary="values that are checked, then fetched again and used",
    classes=("data-race",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
