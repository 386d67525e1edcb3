"""Cases with what makes a claim false laid over them: the claim is contradicted, and so is what it alone argued for."""

from __future__ import annotations

import msgspec

from scrutineer.cases.testimony import vouches
from scrutineer.model.case import Evidence, Obligation, SafetyCase, Testimony
from scrutineer.model.contract import Claim, Property

_OF_LOCKS: frozenset[Property] = frozenset(("lock-held", "no-data-race", "no-alias", "context"))
_OF_MEMBERS: frozenset[Property] = frozenset(("in-list", "not-in-list"))
_SHARED: frozenset[Property] = frozenset(("no-data-race", "no-alias"))


class Refutation(msgspec.Struct, frozen=True):
    """What makes a claim false, in words, and the id of the finding that says so, if there is one."""

    reason: str
    finding: str | None = None


def refuted(case: SafetyCase, testimony: Testimony, why: Refutation) -> SafetyCase:
    """A case whose comment makes a claim that is false."""
    claim = testimony.claim
    obligations = tuple(
        _contradicted(each, why) if each.status == "claimed" and _argues(claim, each.property) else each
        for each in case.obligations
    )
    claims = tuple(_denied(each, why) if _is_same(each, testimony) else each for each in case.claims)
    return msgspec.structs.replace(case, obligations=obligations, claims=claims)


def interfered(case: SafetyCase, why: Refutation) -> SafetyCase:
    """A case that other threads falsify while its site runs."""
    wanted = shared_obligations(case)
    obligations = tuple(_contradicted(each, why) if each in wanted else each for each in case.obligations)
    claims = tuple(_denied(each, why) if each.claim.kind == "exclusive" else each for each in case.claims)
    return msgspec.structs.replace(case, obligations=obligations, claims=claims)


def explored(case: SafetyCase, evidence: Evidence) -> SafetyCase:
    """A case that no explored interleaving falsifies: a support, but no proof of what holds without threads."""
    wanted = shared_obligations(case)
    obligations = tuple(
        msgspec.structs.replace(each, evidence=(*each.evidence, evidence)) if each in wanted else each
        for each in case.obligations
    )
    return msgspec.structs.replace(case, obligations=obligations)


def exposed(case: SafetyCase, finding: str) -> SafetyCase:
    """A case that rests on what any safe code can choose: what nothing meets names the finding that says so."""
    obligations = tuple(
        msgspec.structs.replace(each, finding=finding) if each.status in {"claimed", "open"} else each
        for each in case.obligations
    )
    return msgspec.structs.replace(case, obligations=obligations)


def shared_obligations(case: SafetyCase) -> list[Obligation]:
    """What interference can falsify: membership in containers, or if nothing of it is asked, unshared access."""
    for wanted in (_OF_MEMBERS, _SHARED):
        found = [each for each in case.obligations if each.property in wanted]
        if found:
            return found
    return [each for each in case.obligations if each.status in {"claimed", "open"}]


def _argues(claim: Claim, property_: Property) -> bool:
    if claim.kind == "lock-held":
        return property_ in _OF_LOCKS
    return vouches(claim, property_)


def _is_same(left: Testimony, right: Testimony) -> bool:
    return left.span == right.span and left.claim.start == right.claim.start


def _contradicted(each: Obligation, why: Refutation) -> Obligation:
    return msgspec.structs.replace(each, status="contradicted", contradiction=why.reason, finding=why.finding)


def _denied(each: Testimony, why: Refutation) -> Testimony:
    return msgspec.structs.replace(each, verdict="contradicted", reason=why.reason)
