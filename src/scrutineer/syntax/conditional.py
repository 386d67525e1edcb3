"""Macros that only choose among items by `cfg`: `cfg_if!` (of the crate of that name) and std's `cfg_select!`.

Their branches are Rust as written, so they are read where they stand, each under its predicate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scrutineer.syntax.tokens import Token, TokenError, tokenize


class Branch(NamedTuple):
    """Code between two braces, as a range of the text, and when it is there ("" is always)."""

    predicate: str
    start: int
    end: int
    otherwise: bool = False  # there whenever no other is


def branches(name: str, written: bytes) -> list[Branch] | None:
    """Branches of an invocation with its outer delimiters; nothing for any other macro, or what makes no sense."""
    read = _READERS.get(name.rpartition("::")[2])
    if read is None:
        return None
    text = written.decode("latin-1")
    try:
        tokens = tokenize(written)
    except TokenError:
        return None
    if not tokens or tokens[0].partner != len(tokens) - 1:
        return None
    return list(_exclusive(read(text, tokens[1:-1], 1)))


def _exclusive(found: Iterator[Branch]) -> Iterator[Branch]:
    """Each branch holds only where none before it does."""
    before: list[str] = []
    for predicate, start, end, _ in found:
        parts = ([predicate] if predicate else []) + [f"not({each})" for each in before]
        joined = parts[0] if len(parts) == 1 else f"all({', '.join(parts)})" if parts else ""
        yield Branch(joined, start, end, otherwise=not predicate)
        before.append(predicate)


def _cfg_if(text: str, tokens: Sequence[Token], offset: int) -> Iterator[Branch]:
    """`if #[cfg(predicate)] { … } else if #[cfg(predicate)] { … } else { … }`."""
    predicate = ""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "cfg" and at + 1 < len(tokens) and tokens[at + 1].kind == "open":
            close = tokens[tokens[at + 1].partner - offset]
            predicate = " ".join(text[tokens[at + 1].end : close.start].split())
            at = tokens[at + 1].partner - offset
        elif token.text == "{" and token.partner >= 0:
            close = tokens[token.partner - offset]
            yield Branch(predicate, token.end, close.start)
            predicate = ""
            at = token.partner - offset
        at += 1


def _cfg_select(text: str, tokens: Sequence[Token], offset: int) -> Iterator[Branch]:
    """`predicate => { … } _ => { … }`."""
    start = -1
    at = 0
    while at < len(tokens):
        token = tokens[at]
        start = token.start if start < 0 else start
        if token.text == "=>" and at + 1 < len(tokens) and tokens[at + 1].text == "{":
            body = tokens[at + 1]
            predicate = " ".join(text[start : token.start].split())
            close = tokens[body.partner - offset]
            yield Branch("" if predicate == "_" else predicate, body.end, close.start)
            at = body.partner - offset
            start = -1
        elif token.kind == "open":
            at = token.partner - offset
        elif token.text == ",":
            start = -1
        at += 1


_READERS = {"cfg_if": _cfg_if, "cfg_select": _cfg_select, "cfg_match": _cfg_select}
