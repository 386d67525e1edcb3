"""Rust tokens, as macros see them: text and place, with every opening delimiter knowing where it closes.

Comments and white space are dropped. `>>`, `||` and their like come as single characters, because a fragment
may end in the middle (`<$t:ty>` against `<Vec<u8>>`); two of them that touch in the source stay touching.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

TokenKind = Literal["identifier", "lifetime", "literal", "punctuation", "open", "close"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CLOSERS = frozenset(_PAIRS.values())

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<comment>/\*)
  | (?P<raw>(?:br|cr|r)(?P<hashes>\#*)"(?:(?!"(?P=hashes)).|\n)*"(?P=hashes))
  | (?P<literal>
        [bc]?"(?:[^"\\]|\\.|\\\n)*"\w*
      | b?'(?:[^'\\\n]|\\(?:u\{[0-9a-fA-F_]*\}|x[0-9a-fA-F]{2}|.))'\w*
      | [0-9][0-9_]*\.(?![.\w])
      | 0[xob][0-9a-zA-Z_]+
      | [0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9_]+)?\w*
    )
  | (?P<lifetime>'(?:r\#)?[^\W\d]\w*)
  | (?P<identifier>(?:r\#)?[^\W\d]\w*)
  | (?P<punctuation>=>|->|::|\.\.=|\.\.\.|\.\.|&&|==|!=|<=|>=|\+=|-=|\*=|/=|%=|\^=|&=|\|=|<<=|<<|[^\w\s])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Token(NamedTuple):
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


def _lex(text: str) -> list[Token]:
    tokens: list[Token] = []
    at, size = 0, len(text)
    while at < size:
        match = _TOKEN.match(text, at)
        if match is None:
            raise TokenError(f"no token starts with {text[at]!r}")
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "comment":
            end = _skip_comment(text, at)
        elif kind != "space":
            word = match.group()
            if word in _PAIRS:
                tokens.append(Token("open", word, at, end))
            elif word in _CLOSERS:
                tokens.append(Token("close", word, at, end))
            elif kind in {"raw", "hashes"}:
                tokens.append(Token("literal", word, at, end))
            else:
                tokens.append(Token(kind, word, at, end))  # type: ignore[arg-type]
        at = end
    return tokens


def tokenize(text: bytes) -> list[Token]:
    """Cut text into tokens and pair its delimiters; TokenError where that is impossible.

    Bytes are read as Latin-1, so that offsets are byte offsets; a wide character falls apart into punctuation
    that touches, and is whole again when it is written.
    """
    tokens = _lex(text.decode("latin-1"))
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            stack.append(index)
        elif token.kind == "close":
            if not stack or _PAIRS[tokens[stack[-1]].text] != token.text:
                raise TokenError(f"{token.text!r} closes nothing")
            partner = stack.pop()
            tokens[partner] = tokens[partner]._replace(partner=index)
            tokens[index] = token._replace(partner=partner)
    if stack:
        raise TokenError(f"{tokens[stack[-1]].text!r} is not closed")
    return tokens
