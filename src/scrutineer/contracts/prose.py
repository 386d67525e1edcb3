"""Prose of Rust developers: bullets, sentences and names in code font, with their places in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"^[ \t]*\[[^\]\n]+\]:[^\n]*(?:\n[ \t]+https?:[^\n]*)?$", re.MULTILINE)
_TARGET = re.compile(r"\]\([^)\n]*\)|\]\[[^\]\n]*\]")
_URL = re.compile(r"<?https?://[^\s>)]+>?")
_BRACKET = re.compile(r"\[(?=[`\w!])|(?<=[`\w>)])\](?!\()")
_NO_PROSE = (
    (("```", "~~~"), _FENCE),
    (("]:",), _DEFINITION),
    (("://",), _URL),
    (("](", "]["), _TARGET),
)
"""What is blanked, each with strings of which one stands in all that it matches."""
_BULLET = re.compile(r"^([ \t]*)(?:[-*+•]|\(?\d{1,2}[.)]|\(?[a-h]\))[ \t]+", re.MULTILINE)
_BREAK = re.compile(r"\n[ \t]*\n")
_STOP = re.compile(
    r"(?<![\s.][A-Za-z])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\bcf)[.!?](?:[)\"'”’]*)(?=\s|$)"
)
_CODE = re.compile(r"`+([^`]+)`+")
_TYPE_WORD = re.compile(r"(?<![`\w:])(?:[A-Za-z_]\w*::)*(?:[A-Z][a-z0-9]+){2,}(?:::\w+)*(?![\w`])")


class Unit(msgspec.Struct, frozen=True):
    """A sentence or bullet `[start, end)`; `lead` is the sentence before a list that it is an item of."""

    start: int
    end: int
    bullet: bool = False
    lead: str = ""


def plain(text: str) -> str:
    """The text with link targets, addresses and code blocks blanked, every character in its place."""
    for signs, pattern in _NO_PROSE:
        if any(sign in text for sign in signs):
            text = pattern.sub(_blank, text)
    return _BRACKET.sub(" ", text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def units(text: str) -> list[Unit]:
    """Bullets and sentences of a text that `plain` has prepared; a list's lead is no unit of its own."""
    found: list[Unit] = []
    lead = ""
    for start, end, bullet in _blocks(text):
        sentences = list(_sentences(text, start, end))
        if not bullet:
            lead = ""
            if sentences and text[slice(*sentences[-1])].rstrip().endswith(":"):
                lead = text[slice(*sentences.pop())]
        elif sentences and text[slice(*sentences[-1])].rstrip().endswith(":") and len(sentences) == 1:
            lead = text[slice(*sentences[0])]
        found.extend(Unit(low, high, bullet, lead if bullet else "") for low, high in sentences)
    return found


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Paragraphs and list items, in order."""
    cuts = {0: False, len(text): False}
    for gap in _BREAK.finditer(text):
        cuts.setdefault(gap.end(), False)
    for mark in _BULLET.finditer(text):
        cuts[mark.start()] = True
    places = sorted(cuts)
    for low, high in pairwise(places):
        bullet = _BULLET.match(text, low) if cuts[low] else None
        start = bullet.end() if bullet else low
        if text[start:high].strip():
            yield start, high, bullet is not None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    hidden = _CODE.sub(lambda code: "`" + "x" * (len(code[0]) - 2) + "`", text[start:end])
    low = 0
    for stop in [*(match.end() for match in _STOP.finditer(hidden)), len(hidden)]:
        piece = hidden[low:stop]
        if re.search(r"\w", piece):
            begin = start + low + len(piece) - len(piece.lstrip())
            yield begin, start + low + len(piece.rstrip())
        low = stop


def code_names(text: str) -> tuple[str, ...]:
    """What stands in code font, and words that are written like types (`ListArc`, `Box::into_raw`), once each."""
    found = [match[1].strip() for match in _CODE.finditer(text)]
    found += [match[0] for match in _TYPE_WORD.finditer(text)]
    return tuple(dict.fromkeys(found))


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
