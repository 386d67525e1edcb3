"""Comments that lean on a check of a variable which no branch before the site looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.cases.cases import Cases
from scrutineer.cases.located import SiteAt, locate
from scrutineer.cases.objection import Objection, claims_of_kind
from scrutineer.model.body import Operand, Place

_CHECKED = re.compile(
    r"\b(?:we|we've|we have|just|have been|has been|was|were|been|already|is) (?:just |already |also )*(?:checked|verified|tested|validated|asserted|bounds.checked)\b"
    r"|\b(?:check|assert\w*|test)s? (?:above|before)|\b(?:above|preceding|previous|earlier) (?:\w+ )?(?:check|assert\w*|test)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:callers?|constructor|invariants?|by `\w+(?:::\w+)*(?:\(\))?`|when|in `\w+)", re.IGNORECASE
)
_NAME = re.compile(r"[a-z_]\w*")


def missing_checks(cases: Cases) -> Iterator[Objection]:
    """Claims that a named variable was checked, where no branch, assertion or `?` before the site looks at it."""
    for each in claims_of_kind(cases, "checked"):
        if not _CHECKED.search(each.words) or _ELSEWHERE.search(each.words):
            continue
        at = locate(cases.flows, each.case.site)
        if at is None or at.flow.body.closure >= 0 or at.flow.body.holes:
            continue
        locals_ = _locals(at, each.testimony.claim.names)
        if locals_ and not any(_looked_at(at, local) for local in locals_):
            names = ", ".join(f"`{at.flow.body.locals[local].name}`" for local in sorted(locals_))
            yield Objection(each, f"nothing before this place looks at {names}")


def _locals(at: SiteAt, names: tuple[str, ...]) -> set[int]:
    """Variables and parameters of the body that a claim names on their own."""
    wanted = {name for name in names if _NAME.fullmatch(name) and name != "self"}
    locals_ = at.flow.body.locals
    return {
        number for number, local in enumerate(locals_) if local.name in wanted and local.kind != "capture"
    }


def _looked_at(at: SiteAt, local: int) -> bool:
    """Whether some branch that can come before the site depends on the variable, or it comes out of a call."""
    flow = at.flow
    parts = list(flow.sources.parts(Operand("read", Place(local))))
    if any(part.kind == "call" for part in parts):
        return True  # which may be the check
    wanted = {_plain(part.place) for part in parts if part.place is not None}
    for number in flow.graph.order:
        condition = flow.body.blocks[number].terminator.condition
        if condition is None or not flow.graph.between(number, at.point.block):
            continue
        seen = (part.place for part in flow.sources.parts(condition) if part.place is not None)
        if not wanted.isdisjoint(map(_plain, seen)):
            return True
    return False


def _plain(place: Place) -> Place:
    return Place(place.local, tuple(step for step in place.steps if step != "*"), place.static)
