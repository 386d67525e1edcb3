"""A container taken out from under its lock and used after it, while another function still removes its elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrutineer.model.finding import Confidence, Flow, Level
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule

if TYPE_CHECKING:
    from scrutineer.interference.judgement import Judgement, Outcome
    from scrutineer.rules.unit import Unit

_LEVELS: dict[Outcome, tuple[Level, Confidence]] = {
    "shown": ("error", "high"),
    "unsupported": ("warning", "medium"),
    "open": ("warning", "medium"),
}
_WORDS = {
    "used": "goes on to be used",
    "dropped": "is dropped",
    "walked": "is walked",
    "returned": "is returned",
}


def check(unit: Unit) -> Iterator[Draft]:
    """Report each detaching operation once, with the removal that its strongest verdict is about."""
    strongest: dict[tuple[str, int], Judgement] = {}
    order = list(_LEVELS)
    for found in unit.interference.judgements:
        if found.outcome not in _LEVELS:
            continue
        detach = found.pair.detach
        place = (detach.flow.path, detach.flow.operation(detach.point).span.start)
        known = strongest.get(place)
        if known is None or order.index(found.outcome) < order.index(known.outcome):
            strongest[place] = found
    for found in strongest.values():
        yield _draft(unit, found)


def _draft(unit: Unit, found: Judgement) -> Draft:
    detach, removal = found.pair.detach, found.pair.removal
    field, remover = detach.key.rpartition(".")[2], removal.flow.entry.item.name
    level, confidence = _LEVELS[found.outcome]
    use = detach.flow.operation(detach.use).span
    claim = f", claiming: {removal.claim}" if removal.claim else ""
    ending = "" if found.outcome != "open" else f" (not decided: {found.reason})"
    return Draft(
        path=detach.flow.path,
        span=detach.flow.operation(detach.point).span,
        message=f"`{field}` leaves what `{detach.guarded.lock}` protects and {_WORDS[detach.how]} after the lock is"
        f" given back, while `{remover}` still removes its elements under that lock{ending}",
        level=level,
        confidence=confidence,
        related=(
            unit.related(
                removal.flow.path, removal.span, f"`{remover}` reaches an element by reference{claim}"
            ),
            unit.related(detach.flow.path, use, f"here `{field}` {_WORDS[detach.how]} without the lock"),
        ),
        flows=_flows(found),
        help=f"{found.model.fix}; this {found.assumption}",
    )


def _flows(found: Judgement) -> tuple[Flow, ...]:
    """The interleaving, as findings carry it."""
    from scrutineer.interference.flows import flows  # noqa: PLC0415 - only where something was found

    return flows(found.verdict)


RULE = Rule(
    id="detached-while-shared",
    summary="containers used outside their lock while others still remove from them",
    classes=("data-race",),
    level="warning",
    confidence="medium",
    since="0.1.0",
    check=check,
)
