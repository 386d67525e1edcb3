"""Token trees made to look like Rust, each byte at its place: metavariables, repetitions, single unsafe pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    rb"""
    (?P<skip>//[^\n]*|/\*[\s\S]*?\*/|(?:br|cr|r)(?P<hashes>\#*)"[\s\S]*?"(?P=hashes)|[bc]?"(?:[^"\\]|\\[\s\S])*"
      |b?'(?:[^'\\\n]|\\[^\n]{1,10}?)'|\s+)
  | (?P<name>\$?\w+)
  | (?P<open>[(\[{]) | (?P<close>[)\]}])
  | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)
_BOUND = re.compile(rb"\$\s*(\w+)\s*:\s*(\w+)")
_VARIABLE = re.compile(rb"\$(\w+)")
_REPEATED = re.compile(rb"\$\s*\(")
_AFTER_REPETITION = re.compile(rb"\s*(?:[*+?](?![*+?])|(?:=>|->|\|\||&&|::|\w+|[^\s\w(){}\[\]$])\s*[*+?])")
_UNSAFE_ITEMS = frozenset({b"fn", b"impl", b"trait", b"extern", b"auto", b"async", b"static"})


def as_rust(written: bytes, matcher: bytes) -> Iterator[bytes]:
    """A token tree with its delimiters as Rust, in the forms worth trying: as it stands, then as a block."""
    plain = _without_variables(written, matcher) if b"$" in written else written
    if not matcher or not plain.startswith(b"{"):
        yield plain
    if not plain.startswith(b"{") or matcher:
        yield b"{" + plain[1:-1] + b"}"


def unsafe_pieces(written: bytes, matcher: bytes) -> Iterator[tuple[int, bytes]]:
    """Each outermost `unsafe` block or item of a token tree that is no Rust as a whole, with its offset."""
    plain = _without_variables(written, matcher) if b"$" in written else written
    tokens = [
        (match.start(), match.end(), match.lastgroup, match.group())
        for match in _TOKEN.finditer(plain)
        if match.lastgroup not in {"skip", "hashes"}
    ]
    reached = 0
    for index, (start, end, _, word) in enumerate(tokens):
        if start < reached or word != b"unsafe" or index + 1 >= len(tokens):
            continue
        following = tokens[index + 1][3]
        if following != b"{" and following not in _UNSAFE_ITEMS:
            continue
        reached = _end_of(tokens, index + 1)
        yield start, plain[start:reached]
        reached = max(reached, end)


def comments_in(written: bytes) -> list[tuple[int, int]]:
    """Offsets of the comments of a token tree."""
    if b"//" not in written and b"/*" not in written:
        return []
    return [
        match.span()
        for match in _TOKEN.finditer(written)
        if match.lastgroup == "skip" and match.group()[:2] in {b"//", b"/*"}
    ]


def _end_of(tokens: list[tuple[int, int, str | None, bytes]], index: int) -> int:
    """End of the first brace group from here on, or of the semicolon that comes before it."""
    depth = 0
    end = tokens[-1][1]
    for _, end, kind, word in tokens[index:]:
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return end - 1
        if depth == 0 and word in {b"}", b";"}:
            return end
    return end


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
    result = bytearray(written)
    for match in reversed(list(_REPEATED.finditer(written))):
        closing = _closing(written, match.end())
        if closing < 0:
            continue
        after = _AFTER_REPETITION.match(written, closing + 1)
        result[match.start() : match.end()] = b" " * (match.end() - match.start())
        end = after.end() if after else closing + 1
        result[closing:end] = b" " * (end - closing)
    return bytes(result)


def _closing(written: bytes, start: int) -> int:
    """Offset of the parenthesis that closes the one before `start`; -1 if none does."""
    depth = 1
    for match in _TOKEN.finditer(written, start):
        if match.lastgroup == "open":
            depth += 1
        elif match.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1
