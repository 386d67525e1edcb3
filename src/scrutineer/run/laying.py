"""Lays over the cases of a crate what the rooms below found out about their claims. Decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from scrutineer.cases.contradicted_claims import contradicted_claims
from scrutineer.cases.contradictions import Refutation, explored, exposed, interfered, refuted
from scrutineer.cases.created_claims import escaped_claims
from scrutineer.cases.lock_claims import locks_not_held
from scrutineer.model.case import Evidence, SafetyCase
from scrutineer.model.finding import Finding
from scrutineer.model.span import Location

if TYPE_CHECKING:
    from scrutineer.cases.objection import Objection
    from scrutineer.interference.judgement import Judgement
    from scrutineer.rules.unit import Unit

NAMING = ("claim-contradicted", "lock-not-held", "detached-while-shared", "exposed-invariant")
"""Rules whose findings the cases name."""


def laid_over(unit: Unit, cases: Iterable[SafetyCase], findings: Iterable[Finding]) -> tuple[SafetyCase, ...]:
    """The cases, with contradicted claims and the verdicts on interference."""
    named = [finding for finding in findings if finding.rule in NAMING]
    objections = [
        each
        for each in chain(
            contradicted_claims(unit.cases),
            escaped_claims(unit.cases),
            locks_not_held(unit.cases, unit.locks),
        )
        if each.certain
    ]
    judgements = list(unit.interference.judgements)
    return tuple(_laid(unit, case, objections, judgements, named) for case in cases)


def _laid(
    unit: Unit,
    case: SafetyCase,
    objections: list[Objection],
    judgements: list[Judgement],
    findings: list[Finding],
) -> SafetyCase:
    for each in objections:
        if any(_is_of(each, claim.span.start, claim.claim.start, case) for claim in case.claims):
            id_ = next(_ids(findings, partial(_is_about, each)), None)
            case = refuted(case, each.at.testimony, Refutation(each.reason, id_))
    for verdict in judgements:
        removal = verdict.pair.removal
        place = unit.location(removal.flow.path, removal.span)
        if case.site.location == place:
            case = _judged(unit, case, verdict, place, findings)
    reached = next((each.id for each in findings if _reaches(each, case.site.location)), None)
    return exposed(case, reached) if reached is not None else case


def _is_of(each: Objection, comment: int, start: int, case: SafetyCase) -> bool:
    at = each.at
    same = at.testimony.span.start == comment and at.testimony.claim.start == start
    return same and at.case.site.path == case.site.path


def _judged(
    unit: Unit, case: SafetyCase, verdict: Judgement, removal: Location, findings: list[Finding]
) -> SafetyCase:
    detach = verdict.pair.detach
    name = f"`{detach.flow.entry.item.name}`"
    match verdict.outcome:
        case "cleared":
            states = f"{verdict.verdict.states:,} states"
            text = f"no interleaving with {name} falsifies it ({states}; {verdict.assumption})"
            place = unit.location(detach.flow.path, detach.flow.operation(detach.point).span)
            return explored(case, Evidence(kind="exploration", text=text, location=place))
        case "shown" | "unsupported":
            reason = f"beside {name}: {verdict.verdict.message}; {verdict.assumption}"
            id_ = next(_ids(findings, lambda finding: _relates(finding, removal)), None)
            return interfered(case, Refutation(reason, id_))
        case _:
            return case


def _ids(findings: list[Finding], wanted: Callable[[Finding], bool]) -> Iterator[str]:
    return (finding.id for finding in findings if wanted(finding))


def _is_about(each: Objection, finding: Finding) -> bool:
    return finding.case == str(each.at.case.site.id) and each.reason in finding.message


def _reaches(finding: Finding, site: Location) -> bool:
    """Whether a finding says that safe code of others chooses what a site relies on."""
    near = [finding.location, *(Location(each.path, each.start, each.end) for each in finding.related)]
    return finding.rule == "exposed-invariant" and any(
        place.path == site.path and site.start <= place.start <= site.end for place in near
    )


def _relates(finding: Finding, place: Location) -> bool:
    return any(near.path == place.path and near.start == place.start for near in finding.related)
