"""Token trees made to look like Rust, each byte at its place: metavariables, repetitions, single unsafe pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"""
    (?P<skip>//[^\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*\*/)*+\*/|(?:br|cr|r)(?P<hashes>\#*)"[\s\S]*?"(?P=hashes)|[bc]?"(?:[^"\\]|\\[\s\S])*"
      |b?'(?:[^'\\\n]|\\[^\n]{1,10}?)'|\s+)
  | (?P<name>\$?\w+)
  | (?P<open>[(\[{]) | (?P<close>[)\]}])
  | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)
_STATEMENTS = re.compile(rb";|\b(?:fn|impl|struct|enum|union|trait|mod)\b")
_BOUND = re.compile(rb"\$\s*(\w+)\s*:\s*(\w+)")
_VARIABLE = re.compile(rb"\$(\w+)")
_REPEATED = re.compile(rb"\$\s*\(")
_AFTER_REPETITION = re.compile(rb"\s*(?:[*+?](?![*+?])|(?:=>|->|\|\||&&|::|\w+|[^\s\w(){}\[\]$])\s*[*+?])")
_AFTER_UNSAFE = frozenset({b"{", b"fn", b"impl", b"trait", b"extern", b"auto", b"async", b"static"})

_FARTHEST = 2000
"""How many tokens before `unsafe` its statement may start."""


class _Token(NamedTuple):
    start: int
    end: int
    kind: str
    word: bytes


def as_rust(written: bytes, matcher: bytes) -> Iterator[bytes]:
    """A token tree with its delimiters as Rust, in the forms worth trying: as it stands, then as a block."""
    plain = _without_variables(written, matcher) if b"$" in written else written
    if plain.startswith(b"{"):
        yield plain
        return
    if not matcher:
        yield plain
    if matcher or _STATEMENTS.search(plain):
        yield b"{" + plain[1:-1] + b"}"


class Piece(NamedTuple):
    """An `unsafe` block or item found in a token tree: where, its text, and where what it is part of starts."""

    offset: int
    text: bytes
    anchors: tuple[int, ...]


def unsafe_pieces(written: bytes, matcher: bytes) -> Iterator[Piece]:
    """Each outermost `unsafe` block or item of a token tree that is no Rust as a whole."""
    plain = _without_variables(written, matcher) if b"$" in written else written
    tokens = [
        _Token(match.start(), match.end(), match.lastgroup or "", match.group())
        for match in _TOKEN.finditer(plain)
        if match.lastgroup != "skip"
    ]
    reached = 0
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1].word
        if token.start < reached or token.word != b"unsafe" or following not in _AFTER_UNSAFE:
            continue
        reached = max(_end_of(tokens, index + 1), token.end)
        yield Piece(token.start, plain[token.start : reached], tuple(_starts_of(tokens, index)))


def _starts_of(tokens: list[_Token], index: int) -> Iterator[int]:
    """Where the argument, the field and the statement that hold a token start, from the inside out."""
    depth = 0
    skipping = False
    closed = index
    for at in range(index - 1, max(-1, index - _FARTHEST), -1):
        word, kind = tokens[at].word, tokens[at].kind
        if depth == 0 and word == b"#" and tokens[at + 1].word == b"[":
            yield tokens[closed + 1].start
        if word in {b";", b"{", b"}"} and depth == 0:
            yield tokens[at + 1].start
            return
        if kind == "close":
            closed = closed if depth else at
            depth += 1
        elif kind == "open" and depth:
            depth -= 1
        elif depth == 0 and (kind == "open" or (word == b"," and not skipping)):
            yield tokens[at + 1].start
            skipping = word == b","
    if index <= _FARTHEST:
        yield tokens[0].start


def comments_in(written: bytes) -> list[tuple[int, int]]:
    """Offsets of the comments of a token tree."""
    if b"//" not in written and b"/*" not in written:
        return []
    return [
        match.span()
        for match in _TOKEN.finditer(written)
        if match.lastgroup == "skip" and match.group()[:2] in {b"//", b"/*"}
    ]


def _end_of(tokens: list[_Token], index: int) -> int:
    """End of the first brace group from here on that is no generic argument, or of the semicolon before it."""
    depth = angles = 0
    before = b""
    for _, end, kind, word in tokens[index:]:
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return end - 1
        elif depth == 0 and word == b"<":
            angles += 1
        elif depth == 0 and word == b">" and before not in {b"-", b"="}:
            angles -= 1
        if depth == 0 and word in {b"}", b";"} and (angles <= 0 or word == b";"):
            return end
        before = word
    return tokens[-1].end


def _without_variables(written: bytes, matcher: bytes) -> bytes:
    """Metavariables as names, lifetimes, bodies or nothing, by their fragment; repetitions written once."""
    fragments = dict(_BOUND.findall(matcher))
    text = _unrepeated(written)

    def stand_in(match: re.Match[bytes]) -> bytes:
        whole, name = match.group(), match[1]
        match fragments.get(name):
            case b"vis" | b"item":
                return b" " * len(whole)
            case b"lifetime":
                return b"'" + name
            case b"block":
                return b"{".ljust(len(whole) - 1) + b"}"
        return b"_" + name

    return _VARIABLE.sub(stand_in, text)


def _unrepeated(written: bytes) -> bytes:
    """`$( … ),*` as what is repeated, once."""
    if not _REPEATED.search(written):
        return written
    result = bytearray(written)
    opened: list[tuple[int, int]] = []
    dollar = -1
    for match in _TOKEN.finditer(written):
        start, end = match.span()
        if match.lastgroup == "open":
            opened.append((dollar, end))
        elif match.lastgroup == "close" and opened:
            before, inside = opened.pop()
            if before >= 0:
                after = _AFTER_REPETITION.match(written, end)
                last = after.end() if after else end
                result[before:inside] = b" " * (inside - before)
                result[start:last] = b" " * (last - start)
        if match.lastgroup != "skip":
            dollar = start if match.group() == b"$" else -1
    return bytes(result)
