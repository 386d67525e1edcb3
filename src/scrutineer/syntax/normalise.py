"""Constructs that the grammar lacks, rewritten to the same length so that every offset stays true.

Tried only on text that did not parse without errors, so a construct that the grammar learns one day, or a
name such as `gen` or `safe` that is no keyword here, is left alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scrutineer.model.file import Rewrite
from scrutineer.model.span import Span


class Construct(NamedTuple):
    """One row of the table: group 1 of the pattern is replaced by `replacement`, padded with blanks.

    `hints` are words of which any match holds one: text without them is not searched.

    A sure construct is no other Rust in any edition; the others are guesses, kept only where they mend errors.
    """

    name: str
    hints: str
    pattern: str
    replacement: bytes = b""
    sure: bool = True


_BEFORE_ITEM = r"(?=\s+(?:unsafe\s+)?(?:const|async|extern|fn|impl|type|unsafe)\b)"

CONSTRUCTS = (
    Construct("try!", "try!|try !", r"(?<![\w#])(try)\s*![\s(\[{]", b"tri"),
    Construct("safe", " safe |\tsafe |\nsafe |{safe ", r"\b(safe)(?=\s+(?:fn|static)\b)"),
    Construct("unsafe static", "unsafe static", r"\b(unsafe)(?=\s+static\b)"),
    Construct(
        "gen fn",
        "gen fn|gen unsafe|gen extern",
        r"\b(gen)(?=\s+(?:unsafe\s+)?(?:extern\s+(?:\"[^\"]*\"\s*)?)?fn\b)",
    ),
    Construct("auto trait", "auto trait", r"\b(auto)(?=\s+trait\b)"),
    Construct(
        "const trait",
        "const trait|const unsafe|const auto|const impl",
        r"\b(const)(?=\s+(?:unsafe\s+)?(?:auto\s+)?(?:trait|impl)\b)",
    ),
    Construct("const impl", "impl const |> const ", r"\bimpl\b(?:\s*<[^{};]*?>)?\s+(const)(?=\s+[\w:])"),
    Construct(
        "const bound",
        "~const|~ const|[const]|: const |+ const ",
        r"(~\s*const\b|(?<=:)\s*\[const\](?=\s*\w)|(?<=[:+]\s)const(?=\s+[\w:]))",
    ),
    Construct("default", "default ", r"\b(default)" + _BEFORE_ITEM),
    Construct("init field", "<-", r"(?<=\w)\s*(<-)(?=[^-])", b": "),
    Construct("async bound", "async Fn", r"[:+]\s*(async)(?=\s+Fn(?:Mut|Once)?\b)"),
    Construct(
        "for closure", "for<|for <", r"(?<![\w:+]\s)(for\s*<[^<>]*>)(?=\s*(?:async\s+)?(?:move\s+)?\|)"
    ),
    Construct("pinned reference", "&pin | pin ", r"&(?:'\w+\s+)?\s*(pin)(?=\s+mut\b)"),
    Construct("pinned reference", "&pin | pin ", r"&(?:'\w+\s+)?\s*(pin\s+const)\b"),
    Construct("super let", "super let", r"\b(super)(?=\s+let\b)"),
    Construct("do yeet", "yeet", r"\b(do\s+yeet)\b", b"return"),
    Construct(
        "unsafe field", "unsafe ", r"[{,]\s*(?:pub(?:\([^)]*\))?\s+)?(unsafe)(?=\s+\w+\s*:)", sure=False
    ),
    Construct(
        "attribute",
        "#[",
        r"[=(,]\s*(#\[(?:[^\[\]\"]|\"[^\"]*\")*\])(?=\s*(?://[^\n]*\n\s*)?[^\s#/])",
        sure=False,
    ),
    Construct("gen block", "gen ", r"(?:[=(,;{}]|\breturn|\basync)\s*(gen(?:\s+move)?)(?=\s*\{)", sure=False),
    Construct("box", "box ", r"[=(,|&{]\s*(box)(?=\s+[\w(&\[])", sure=False),
    Construct("generic arguments of a type", "::<", r"(?::|->|[(,<&])\s*[\w:]+(::)<", sure=False),
    Construct("negative const argument", "-", r"[<,]\s*(-)(?=\d+\s*[,>])", sure=False),
    Construct("default field", "=", r":[^;{}=()]*?(=\s*[\w.\"-]+)(?=\s*[,}])", sure=False),
)

_SKIPPED = r"""
    //[^\n]*
  | /\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*\*/)*+\*/
  | (?:\b(?:br|cr|r)(?P<hashes>\#*)"(?:(?!"(?P=hashes))[\s\S])*+"(?P=hashes))
  | \b[bc]?"(?:[^"\\]|\\[\s\S])*+" | "(?:[^"\\]|\\[\s\S])*+"
  | b?'(?:[^'\\\n]|\\[^\n]{1,10}?)'
"""
_CODE = re.compile(_SKIPPED.encode(), re.VERBOSE)
_PATTERNS = tuple(
    (construct, construct.hints.encode().split(b"|"), re.compile(construct.pattern.encode()))
    for construct in CONSTRUCTS
)


def _quiet(text: bytes) -> bytes:
    """The text with comments and literals blanked inside, so that no pattern matches there."""

    def blank(match: re.Match[bytes]) -> bytes:
        found = match.group()
        if found[:2] in {b"//", b"/*"}:
            return re.sub(rb"[^\n]", b" ", found)
        return found[:1] + b"_" * (len(found) - 2) + found[-1:]

    return _CODE.sub(blank, text)


def normalise(text: bytes, base: int, *, guess: bool) -> tuple[bytes, tuple[Rewrite, ...]]:
    """The text with the table applied, and what was rewritten; with `guess`, unsure rows too.

    Spans of rewrites count from `base`, the offset at which the text stands in its file.
    """
    patterns = [
        (construct, pattern)
        for construct, hints, pattern in _PATTERNS
        if (construct.sure or guess) and any(hint in text for hint in hints)
    ]
    if not patterns:
        return text, ()
    quiet = _quiet(text)
    result = bytearray(text)
    rewrites: list[Rewrite] = []
    for construct, pattern in patterns:
        for match in pattern.finditer(quiet):
            start, end = match.span(1)
            result[start:end] = construct.replacement.ljust(end - start)
            rewrites.append(Rewrite(construct.name, Span(base + start, base + end)))
    rewrites.sort(key=lambda rewrite: rewrite.span.start)
    return bytes(result), tuple(rewrites)
