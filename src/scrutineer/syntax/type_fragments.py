"""Where a path or a type ends in a sequence of tokens.

Each function takes tokens, a start and a limit, and returns the index after what it skips, or -1 where none starts.
"""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.syntax.tokens import Token

Tokens = Sequence[Token]
_ANGLES = frozenset({"<", "<<"})


def after_tree(tokens: Tokens, at: int) -> int:
    """Index after the token tree that starts here."""
    return tokens[at].partner + 1 if tokens[at].kind == "open" else at + 1


def skip_angles(tokens: Tokens, at: int, end: int) -> int:
    """Index after the `>` that closes the `<` standing here; `<<` opens two."""
    depth = 0
    while at < end:
        text = tokens[at].text
        if text in _ANGLES:
            depth += len(text)
        elif text == ">":
            depth -= 1
            if depth == 0:
                return at + 1
        at = after_tree(tokens, at)
    return -1


def skip_path(tokens: Tokens, at: int, end: int) -> int:
    """Index after a path with generic arguments or `Fn(A) -> B` sugar."""
    if at < end and tokens[at].text in _ANGLES:
        at = skip_angles(tokens, at, end)
        if at < 0 or at >= end or tokens[at].text != "::":
            return at
    if at < end and tokens[at].text == "::":
        at += 1
    while at < end:
        if tokens[at].kind != "identifier":
            return -1
        at += 1
        if at + 1 < end and tokens[at].text == "::" and tokens[at + 1].text in _ANGLES:
            at += 1
        if at < end and tokens[at].text in _ANGLES:
            at = skip_angles(tokens, at, end)
            if at < 0:
                return -1
        elif at < end and tokens[at].text == "(" and tokens[at - 1].text in {"Fn", "FnMut", "FnOnce"}:
            at = tokens[at].partner + 1
            if at < end and tokens[at].text == "->":
                at = skip_type(tokens, at + 1, end)
        if at < 0 or at >= end or tokens[at].text != "::":
            return at
        at += 1
    return at


def _skip_bounds(tokens: Tokens, at: int, end: int) -> int:
    while at < end:
        if tokens[at].text in {"?", "~", "for"}:
            at = skip_angles(tokens, at + 1, end) if tokens[at].text == "for" else at + 1
        if at < end and tokens[at].kind in {"lifetime", "open"}:
            at = after_tree(tokens, at)
        else:
            at = skip_path(tokens, at, end)
        if at < 0 or at >= end or tokens[at].text != "+":
            return at
        at += 1
    return at


def _skip_fn_pointer(tokens: Tokens, at: int, end: int) -> int:
    while at < end and tokens[at].text != "fn":
        at = skip_angles(tokens, at + 1, end) if tokens[at].text == "for" else at + 1
        if at < 0:
            return -1
    if at + 1 >= end or tokens[at + 1].text != "(":
        return -1
    at = tokens[at + 1].partner + 1
    return skip_type(tokens, at + 1, end) if at < end and tokens[at].text == "->" else at


def skip_type(tokens: Tokens, at: int, end: int) -> int:
    """Index after a type."""
    while at < end and tokens[at].text in {"&", "&&"}:
        at += 1
        at += at < end and tokens[at].kind == "lifetime"
        at += at < end and tokens[at].text == "mut"
    if at >= end:
        return -1
    text = tokens[at].text
    if text == "*":
        return skip_type(tokens, at + 2, end)
    if tokens[at].kind == "open" and text != "{":
        return tokens[at].partner + 1
    if text in {"!", "_"}:
        return at + 1
    if text in {"fn", "unsafe", "extern", "for"}:
        return _skip_fn_pointer(tokens, at, end)
    if text in {"dyn", "impl"}:
        return _skip_bounds(tokens, at + 1, end)
    at = skip_path(tokens, at, end)
    if 0 <= at < end - 1 and tokens[at].text == "!" and tokens[at + 1].kind == "open":
        return tokens[at + 1].partner + 1
    return at
