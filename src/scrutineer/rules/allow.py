"""Inline `// scrutineer: allow(rule) why`: read from the source, matched with what a rule reports."""

from __future__ import annotations

import re

import msgspec

from scrutineer.model.span import Span
from scrutineer.syntax.lexer import blank_comments, comments, line_end, statement_after

_MARK = b"scrutineer:"
# Doc comments (`///`, `//!`, `/**`, `/*!`) are prose about an item, never an instruction.
_ALLOW = re.compile(
    rb"(?://|/\*)(?![/!*])\s*scrutineer:\s*allow\s*\((?P<rules>[^()\n]*)\)(?P<why>.*?)(?:\*/)?\Z", re.DOTALL
)


class Allow(msgspec.Struct, frozen=True):
    """One allow comment. It speaks of what starts inside `region`: see `_region`."""

    path: str
    span: Span
    rules: tuple[str, ...]
    why: str
    region: Span

    def covers(self, rule: str, span: Span) -> bool:
        """Whether a report of that rule there is one that this comment allows."""
        return bool(self.why) and rule in self.rules and self.region.start <= span.start < self.region.end


class UnusedAllow(msgspec.Struct, frozen=True):
    """One rule of an allow comment that allowed nothing, and why: for the rule that reports such."""

    allow: Allow
    rule: str
    problem: str


def read_allows(path: str, text: bytes) -> tuple[Allow, ...]:
    """Every allow comment of one file, in source order."""
    if _MARK not in text:
        return ()
    code = blank_comments(text)
    found = []
    for start, end in comments(text):
        match = _ALLOW.match(text[start:end])
        if match is None:
            continue
        names = match["rules"].decode(errors="replace").replace(",", " ").split()
        why = match["why"].decode(errors="replace").strip(" \t\r\n:-—")
        found.append(Allow(path, Span(start, end), tuple(names), why, _region(code, start, end)))
    return tuple(found)


def _region(code: bytes, start: int, end: int) -> Span:
    """What a comment speaks of: its own line, or if it stands alone, the line or statement that follows."""
    line = code.rfind(b"\n", 0, start) + 1
    if code[line:start].strip():
        return Span(line, line_end(code, end))
    return Span(end, statement_after(code, end).end)
