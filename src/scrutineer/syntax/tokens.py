"""Rust tokens, as macros see them: text and place, with every opening delimiter knowing where it closes.

Comments and white space are dropped. `>>`, `||` and their like come as single characters, because a fragment
may end in the middle (`<$t:ty>` against `<Vec<u8>>`); two of them that touch in the source stay touching.
"""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import Literal

import msgspec

TokenKind = Literal["identifier", "lifetime", "literal", "punctuation", "open", "close"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_DELIMITERS: dict[str, TokenKind] = {
    **dict.fromkeys(_PAIRS, "open"),
    **dict.fromkeys(_PAIRS.values(), "close"),
}
_SPACE, _DIGITS, _LETTERS = frozenset(" \t\n\r\f\v"), frozenset(digits), frozenset(ascii_letters + "_")

_PIECE = re.compile(
    r"""
    (?:\s+|//[^\n]*)+
  | /\*
  | (?:br|cr|r)(?P<hashes>\#*)"(?:(?!"(?P=hashes)).|\n)*"(?P=hashes)
  | [bc]?"(?:[^"\\]|\\.|\\\n)*"\w*
  | b?'(?:[^'\\\n]|\\(?:u\{[0-9a-fA-F_]*\}|x[0-9a-fA-F]{2}|.))'\w*
  | [0-9][0-9_]*\.(?![.\w])
  | 0[xob][0-9a-zA-Z_]+
  | [0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9_]+)?\w*
  | '(?:r\#)?[^\W\d]\w*
  | (?:r\#)?[^\W\d]\w*
  | =>|->|::|\.\.=|\.\.\.|\.\.|&&|==|!=|<=|>=|\+=|-=|\*=|/=|%=|\^=|&=|\|=|<<=|<<|[^\w\s]
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
"""A token, white space, a line comment or the start of a block comment: every text is a row of such pieces."""
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Token(msgspec.Struct, frozen=True, gc=False):
    """One token; `start` and `end` are offsets into the text that was cut up.

    `partner` is the index of the matching delimiter, -1 for everything else.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    partner: int = -1


class TokenError(ValueError):
    """Text that is no sequence of balanced Rust tokens."""


def _skip_comment(text: str, start: int) -> int:
    """End of a block comment, which may nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise TokenError("a block comment does not end")


def _pieces(text: str) -> list[str]:
    """Everything that stands in a text, in order."""
    if "/*" not in text:
        return [match[0] for match in _PIECE.finditer(text)]
    found: list[str] = []
    at = 0
    while (match := _PIECE.match(text, at)) is not None:
        end = _skip_comment(text, at) if match[0] == "/*" else match.end()
        found.append(text[at:end])
        at = end
    return found


def _kind(piece: str) -> TokenKind | Literal["space"]:
    """What a piece is, by its first character and what that leaves open."""
    first = piece[0]
    if first in _SPACE or piece.startswith(("//", "/*")):
        return "space"
    if len(piece) == 1 and first in _DELIMITERS:
        return _DELIMITERS[first]
    if first in _LETTERS:
        return "literal" if '"' in piece or "'" in piece else "identifier"
    if first in _DIGITS or (first == '"' and len(piece) > 1):
        return "literal"
    if first == "'" and len(piece) > 1:
        return "literal" if "'" in piece[1:] else "lifetime"
    return "punctuation"


def tokenize(text: bytes) -> list[Token]:
    """Cut text into tokens and pair its delimiters; TokenError where that is impossible.

    Bytes are read as Latin-1, so that offsets are byte offsets; a wide character falls apart into punctuation
    that touches, and is whole again when it is written.
    """
    tokens: list[Token] = []
    unclosed: list[int] = []
    kinds: dict[str, TokenKind | Literal["space"]] = {}  # most pieces of a text stand there more than once
    end = 0
    for piece in _pieces(text.decode("latin-1")):
        start = end
        end += len(piece)
        kind = kinds.get(piece)
        if kind is None:
            kind = kinds[piece] = _kind(piece)
        if kind == "space":
            continue
        if kind == "close":
            if not unclosed or _PAIRS[tokens[unclosed[-1]].text] != piece:
                raise TokenError(f"{piece!r} closes nothing")
            partner = unclosed.pop()
            before = tokens[partner]
            tokens[partner] = Token("open", before.text, before.start, before.end, len(tokens))
            tokens.append(Token("close", piece, start, end, partner))
            continue
        if kind == "open":
            unclosed.append(len(tokens))
        tokens.append(Token(kind, piece, start, end))
    if end < len(text):
        raise TokenError(f"no token starts with {text[end : end + 1]!r}")
    if unclosed:
        raise TokenError(f"{tokens[unclosed[-1]].text!r} is not closed")
    return tokens
