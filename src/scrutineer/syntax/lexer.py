"""Just enough of Rust's lexical grammar to tell comments from code and from literals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scrutineer.model.span import Span

# A comment's start, or a literal that may hold what looks like one. Raw strings close with as many `#`.
_START = re.compile(
    rb"""(?P<line>//[^\n]*)
    |(?P<block>/\*)
    |\b[bc]?r(?P<hash>\#*)".*?"(?P=hash)
    |"(?:[^"\\]|\\.)*"
    |'(?:\\.[^'\n]*|[^\\'\n\x80-\xff]|[\x80-\xff]{2,4})'
    """,
    re.VERBOSE | re.DOTALL,
)
_PUNCTUATION = re.compile(rb"[][(){};]")
# What goes on with a statement after the brace that could have ended it.
_CONTINUES = re.compile(rb"\s*(?:else\b|[.?;,=&|+*/<>)\]-])")
_STATEMENT_END = re.compile(rb"[;{}]")
_BLOCK_MARK = re.compile(rb"/\*|\*/")


def comments(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each comment; a block comment that never ends runs to the end of the text."""
    return ((start, end) for start, end, comment in _opaque(text) if comment)


def _opaque(text: bytes) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each comment and literal, and whether it is a comment."""
    at = 0
    while found := _START.search(text, at):
        at = _block_end(text, found.end()) if found["block"] else found.end()
        yield found.start(), at, bool(found["block"] or found["line"])


def _block_end(text: bytes, at: int) -> int:
    depth = 1
    while depth:
        mark = _BLOCK_MARK.search(text, at)
        if mark is None:
            return len(text)
        depth += 1 if mark[0] == b"/*" else -1
        at = mark.end()
    return at


def blank_comments(text: bytes) -> bytes:
    """The text with each comment overwritten by spaces, line breaks kept: offsets stay true."""
    return _blank(text, comments(text))


def blank_literals(text: bytes) -> bytes:
    """The text with comments and also literals overwritten: what is left of braces and words is code."""
    return _blank(text, ((start, end) for start, end, _ in _opaque(text)))


def _blank(text: bytes, parts: Iterable[tuple[int, int]]) -> bytes:
    pieces = []
    done = 0
    for start, end in parts:
        pieces.append(text[done:start])
        pieces.append(b"\n".join(b" " * len(line) for line in text[start:end].split(b"\n")))
        done = end
    return b"".join([*pieces, text[done:]])


def normalised(text: bytes) -> bytes:
    """The text without comments and whitespace: equal for code that differs in layout alone."""
    return b"".join(blank_comments(text).split())


def line_end(text: bytes, at: int) -> int:
    """Where the line of an offset ends."""
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def statement_after(code: bytes, at: int) -> Span:
    """The line or statement that follows an offset, in code whose comments are blank.

    A statement may take several lines before it reaches the place in question (`let x =` and the block on the
    next line, attributes above an item), so it lasts to the end of the line of the first `;`, `{` or `}`.
    """
    rest = code[at:]
    first = at + len(rest) - len(rest.lstrip())
    boundary = _STATEMENT_END.search(code, first)
    return Span(first, line_end(code, boundary.start() if boundary else len(code)))


def whole_statement_after(code: bytes, at: int) -> Span:
    """The statement or item that follows an offset, with the blocks in it; in code without literals."""
    rest = code[at:]
    first = at + len(rest) - len(rest.lstrip())
    depth = 0
    for mark in _PUNCTUATION.finditer(code, first):
        if mark[0] in b"([{":
            depth += 1
            continue
        if mark[0] == b";":
            if depth == 0:
                return Span(first, mark.end())
            continue
        depth -= 1
        if depth < 0:
            return Span(first, mark.start())
        if depth == 0 and mark[0] == b"}" and not _CONTINUES.match(code, mark.end()):
            return Span(first, mark.end())
    return Span(first, len(code))
