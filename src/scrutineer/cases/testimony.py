"""What the comments at a site claim, each checked against the code as far as one function can tell."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.cases.beside import comments_of, file_of
from scrutineer.cases.freshness import is_fresh
from scrutineer.cases.located import SiteAt
from scrutineer.contracts.claims import read_claims
from scrutineer.model.case import Obligation, Testimony
from scrutineer.model.contract import Claim, ClaimKind, Property
from scrutineer.model.site import Site
from scrutineer.model.span import Location
from scrutineer.program.program import Program

_SUPPORT: dict[ClaimKind, str] = {
    "delegates": "contract",
    "invariant": "invariant",
    "checked": "check",
    "lock-held": "guard",
}
"""The evidence that verifies a claim of each kind."""
_FAMILY: tuple[frozenset[Property], ...] = (
    frozenset(
        ("valid", "allocated", "in-bounds", "non-null", "aligned", "initialised", "alive", "valid-value")
    ),
    frozenset(("no-alias", "no-data-race", "owned", "lock-held", "sync", "send")),
    frozenset(("in-bounds", "no-overflow", "layout", "same-allocation")),
    frozenset(("in-list", "not-in-list")),
)


def claims_at(program: Program, site: Site) -> list[Testimony]:
    """Claims of the comments that argue for a site, unchecked."""
    lines = file_of(program, site).lines
    found = []
    for comment in comments_of(program, site):
        place = Location(site.path, lines.position(comment.span.start), lines.position(comment.span.end))
        found += [
            Testimony(claim=claim, span=comment.span, location=place) for claim in read_claims(comment.text)
        ]
    return found


def vouches(claim: Claim, property_: Property) -> bool:
    """Whether a claim argues for a property: it names it or one of its family, or names none at all."""
    if claim.kind == "placeholder":
        return False
    said = frozenset(claim.properties) - {"invariant", "other"}
    if not said or property_ in said:
        return True
    return any(property_ in family and said & family for family in _FAMILY)


def checked(
    claims: list[Testimony], obligations: tuple[Obligation, ...], at: SiteAt | None
) -> Iterator[Testimony]:
    """The claims with verdicts: verified where evidence of their kind was found for what they argue for.

    That a variable is fresh is verified where nothing in the body may have stored it or lent it before.
    """
    for each in claims:
        kind = _SUPPORT.get(each.claim.kind)
        found = [
            evidence
            for obligation in obligations
            if vouches(each.claim, obligation.property)
            for evidence in obligation.evidence
            if evidence.kind == kind or (each.claim.kind == "type" and evidence.kind == "type")
        ]
        if found:
            yield msgspec.structs.replace(each, verdict="verified", reason=found[0].text)
        elif at is not None and each.claim.kind in {"owned", "exclusive"} and is_fresh(at, each.claim.words):
            yield msgspec.structs.replace(
                each, verdict="verified", reason="nothing has stored or lent it before"
            )
        else:
            yield each
