"""Reads a SAFETY comment into claims: what each part of it leans on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from scrutineer.contracts.properties import properties_of
from scrutineer.contracts.prose import Unit, code_names, plain, units
from scrutineer.contracts.signs import lowered, read_signs
from scrutineer.model.contract import CLAIM_KINDS, Claim, ClaimKind

_KEPT = 4096  # comments: one speaks for every site of its block
_PREFIX = re.compile(
    r"^[\s>*+#-]*(?:\w+[ \t/&]+)?safety\b(?:[ \t]+(?:comment|note|argument|invariants?))?(?:[ \t]*\([^)\n]*\))?[ \t]*[:,.—–-]?",
    re.IGNORECASE,
)
_OTHER_TAG = re.compile(
    r"^[ \t]*(?:INVARIANTS?|CAST|PANICS?|TODO|FIXME|XXX|NOTE|HACK|OVERFLOW)\b[^\n]*:", re.MULTILINE
)
_EMPTY = re.compile(
    r"^\W*(?:todo|fixme|xxx|tbd|\?+|trust me|obvious(?:ly)?|this is (?:safe|fine|ok(?:ay)?)|(?:it'?s |is )?(?:safe|fine|ok(?:ay)?|sound)|see above|same as above|ditto)?\W*$",
    re.IGNORECASE,
)
_NOTED = re.compile(r"^\W*(?:todo|fixme|xxx|tbd)\b", re.IGNORECASE)

_SIGNS = tuple(
    (cast("ClaimKind", sign.name), sign) for sign in read_signs("claims.toml", "claim", CLAIM_KINDS)
)
_CONCLUSION = re.compile(
    r"(?:so|thus|therefore|hence|this (?:means|is)|that means|from that|it is|consequently|it's|we can)\b",
    re.IGNORECASE,
)
"""How a sentence begins that only draws the conclusion of the one before."""
_CLAUSE = re.compile(
    r";\s+|[.]\s+|,?\s+(?:additionally|moreover|furthermore),?\s+|,?\s+and\s+(?=(?:we|the|it|this|that|they|since|because|by|there|nobody|no|nothing|`[^`\n]+`|\w+(?:_\w+)+)\s)"
    r"|,\s+(?:so|but|as|since|because|while|hence|therefore|which)\s+|\s+because\s+|\s+since\s+",
    re.IGNORECASE,
)


@lru_cache(maxsize=_KEPT)
def read_claims(text: str) -> tuple[Claim, ...]:
    """The claims of one SAFETY comment (its text without comment marks), in order of place.

    One claim per sentence or bullet, more where its clauses lean on different things; neighbouring clauses of
    one kind are one claim. Parts under another tag (`INVARIANT:`, `CAST:`) say nothing about safety.
    """
    prefix = _PREFIX.match(text)
    start = prefix.end() if prefix else 0
    if _EMPTY.match(text[start:]) or _NOTED.match(text[start:]):
        return (_claim("placeholder", text, start, len(text)),)
    tag = _OTHER_TAG.search(text, start)
    shown = " " * start + plain(text)[start : tag.start() if tag else len(text)]
    found: list[Claim] = []
    for unit in units(shown):
        said = list(_of_unit(text, shown, unit))
        if not (found and said[0].kind == "other" and _CONCLUSION.match(said[0].words)):
            found += said
    return tuple(found) or (_claim("placeholder", text, start, len(text)),)


def _of_unit(text: str, shown: str, unit: Unit) -> Iterator[Claim]:
    parts: list[tuple[ClaimKind, int, int]] = []
    for low, high in _clauses(shown, unit):
        kind = _kind(shown[low:high])
        if parts and kind in (parts[-1][0], "other"):
            parts[-1] = (parts[-1][0], parts[-1][1], high)
        elif parts and parts[-1][0] == "other":
            parts[-1] = (kind, parts[-1][1], high)
        else:
            parts.append((kind, low, high))
    seen: set[ClaimKind] = set()
    for kind, low, high in parts:
        if kind not in seen:
            seen.add(kind)
            yield _claim(kind, text, low, high)


def _clauses(shown: str, unit: Unit) -> Iterator[tuple[int, int]]:
    low = unit.start
    for cut in _CLAUSE.finditer(shown, unit.start, unit.end):
        if cut.start() > low:
            yield low, cut.start()
        low = cut.end()
    if low < unit.end:
        yield low, unit.end


def _kind(clause: str) -> ClaimKind:
    flat = " ".join(clause.split())
    lower = lowered(flat)
    return next((kind for kind, sign in _SIGNS if sign.stands_in(flat, lower)), "other")


def _claim(kind: ClaimKind, text: str, start: int, end: int) -> Claim:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    words = text[start:end] if start < end else ""
    return Claim(
        kind=kind,
        words=words,
        start=min(start, end),
        end=end,
        names=code_names(words),
        properties=tuple(name for _, name in properties_of(words)),
    )
