"""Comments that say a lock is held where the guard that the function took is already gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.cases.cases import Cases
from scrutineer.cases.located import SiteAt, locate
from scrutineer.cases.objection import Objection, claims_of_kind
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.locks import Locks

_HELD = re.compile(
    r"\b(?:we|this|us|caller)\b[^.]*\b(?:hold|holding|holds|have|has|held|took|own|owns|acquired)\b[^.]*\b(?:lock|mutex|guard|spinlock)\w*"
    r"|\b(?:lock|mutex|spinlock|guard)\b[^.]*\b(?:is|are|was) (?:still |currently |already )?(?:held|locked|taken|alive|live)\b"
    r"|\bunder (?:the|this|its) \S*\s?(?:lock|mutex|spinlock)\b|\bprotected by (?:the|this|its) \S*\s?(?:lock|mutex|guard)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|never|without|despite|unless|if|once|before|after|no longer|released?|dropped)\b",
    re.IGNORECASE,
)


def locks_not_held(cases: Cases, locks: Locks) -> Iterator[Objection]:
    """Claims at sites where no guard can be alive, behind one that the same function took and gave up."""
    for each in claims_of_kind(cases, "lock-held"):
        if not _HELD.search(each.words) or _NOT.search(each.words):
            continue
        at = locate(cases.flows, each.case.site)
        gone = _given_up(at, locks) if at is not None else None
        if at is not None and gone is not None:
            line = cases.flows.program.files[at.flow.entry.file].lines.line(gone.guard.span.start)
            yield Objection(each, f"the guard of `{gone.guard.lock}` taken in line {line} is gone here")


def _given_up(at: SiteAt, locks: Locks) -> Acquisition | None:
    """The last guard taken on every way to the site, where none may be alive at it."""
    if at.flow.body.closure >= 0:
        return None
    inside = locks.inside(at.flow)
    if inside is None or inside.held.may(at.point):
        return None
    graph = at.flow.graph
    before = [
        each
        for each in inside.acquisitions
        if not each.guard.parameter and not each.guard.escapes and graph.dominates(each.point, at.point)
    ]
    return before[-1] if before else None
