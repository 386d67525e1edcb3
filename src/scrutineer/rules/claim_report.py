"""How rules about claims word and place what a check objects to."""

from __future__ import annotations

from scrutineer.cases.objection import Objection
from scrutineer.rules.draft import Draft

_LONGEST = 90


def report(objection: Objection, what: str, instead: str) -> Draft:
    """A draft at the comment: what it does, its words, and why the code does not bear it out.

    A note where the check is not certain. `instead` is one sentence: what would make it right.
    """
    at = objection.at
    words = at.words if len(at.words) <= _LONGEST else f"{at.words[:_LONGEST]}…"
    return Draft(
        path=at.case.site.path,
        span=at.testimony.span,
        message=f'{what} ("{words}"), but {objection.reason}',
        level=None if objection.certain else "note",
        case=str(at.case.site.id),
        status="claimed",
        help=instead,
    )
