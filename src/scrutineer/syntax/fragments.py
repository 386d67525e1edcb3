"""Where a macro fragment ends: `$x:expr`, `$t:ty` and the others, by the Reference's follow sets.

Each function takes tokens, a start and a limit, and returns the index after the fragment, or -1 where none starts.
"""

from __future__ import annotations

from collections.abc import Callable

from scrutineer.syntax.tokens import Token
from scrutineer.syntax.type_fragments import Tokens, after_tree, skip_angles, skip_path, skip_type

_EXPRESSION_ENDS = frozenset({",", ";", "=>"})
_EXPRESSION_STARTS = frozenset({"!", "-", "*", "&", "&&", "|", "<", "::", "..", "..=", "#"})
_NO_EXPRESSION = frozenset(
    {"as", "else", "enum", "extern", "fn", "impl", "in", "let", "mod", "mut", "pub", "ref", "struct", "trait"}
    | {"type", "use", "where", "_"}
)
_PATTERN_ENDS = frozenset({",", "=", "=>", "if", "in"})
_OPERATORS = frozenset(
    [
        "=",
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "&",
        "&&",
        "|",
        "!",
        "(",
        "[",
        "{",
        ",",
        ";",
        "=>",
        "..",
        "..=",
        "+=",
        "-=",
        "*=",
        "/=",
        "return",
        "move",
    ]
)
_ITEM_TO_SEMICOLON = frozenset({"const", "static", "use", "type", "extern"})
_ITEM_WORDS = (
    frozenset(
        {
            "fn",
            "struct",
            "enum",
            "union",
            "trait",
            "impl",
            "mod",
            "unsafe",
            "async",
            "pub",
            "macro_rules",
            "auto",
        }
    )
    | _ITEM_TO_SEMICOLON
)


def _skip_closure_head(tokens: Tokens, at: int, end: int) -> int:
    """Index after the second `|` of a closure's parameters."""
    at += 1
    while at < end and tokens[at].text != "|":
        at = after_tree(tokens, at)
    return at + 1


def _begins_expression(token: Token) -> bool:
    """The compiler tries the next rule only where the first token cannot begin the fragment."""
    if token.kind == "punctuation":
        return token.text in _EXPRESSION_STARTS
    return token.kind != "close" and token.text not in _NO_EXPRESSION


def skip_expression(tokens: Tokens, at: int, end: int) -> int:
    """Index after an expression: to `,`, `;` or `=>` outside delimiters, turbofish, casts and closure heads."""
    first = at
    if at < end and not _begins_expression(tokens[at]):
        return -1
    while at < end and tokens[at].text not in _EXPRESSION_ENDS:
        text = tokens[at].text
        starts = at == first or tokens[at - 1].text in _OPERATORS
        if text == "|" and starts:
            at = _skip_closure_head(tokens, at, end)
        elif (text == "<" and (starts or tokens[at - 1].text == "::")) or text == "as":
            after = skip_angles(tokens, at, end) if text == "<" else skip_type(tokens, at + 1, end)
            at = after if after > at else at + 1
        else:
            at = after_tree(tokens, at)
    return at if at > first else -1


def _skip_pattern(tokens: Tokens, at: int, end: int) -> int:
    first = at
    while at < end and tokens[at].text not in _PATTERN_ENDS:
        at = after_tree(tokens, at)
    return at if at > first else -1


def _skip_attributes(tokens: Tokens, at: int, end: int) -> int:
    while at + 1 < end and tokens[at].text == "#" and tokens[at + 1].text == "[":
        at = tokens[at + 1].partner + 1
    return at


def skip_visibility(tokens: Tokens, at: int, end: int) -> int:
    """Index after a visibility; the same index where there is none."""
    if at < end and tokens[at].text == "pub":
        at += 1
        if at < end and tokens[at].text == "(" and tokens[at + 1].text in {"crate", "self", "super", "in"}:
            at = tokens[at].partner + 1
    return at


def _skip_item(tokens: Tokens, at: int, end: int) -> int:
    at = skip_visibility(tokens, _skip_attributes(tokens, at, end), end)
    if at >= end or (
        tokens[at].text not in _ITEM_WORDS and not (at + 1 < end and tokens[at + 1].text == "!")
    ):
        return -1
    word = tokens[at].text
    function = any(token.text == "fn" for token in tokens[at : min(at + 4, end)])
    to_semicolon = word in _ITEM_TO_SEMICOLON and not function and tokens[min(at + 2, end - 1)].text != "{"
    while at < end:
        token = tokens[at]
        if token.text == ";":
            return at + 1
        if token.text == "{" and not to_semicolon:
            return token.partner + 1
        at = after_tree(tokens, at)
    return -1


def _skip_statement(tokens: Tokens, at: int, end: int) -> int:
    if at < end and tokens[at].text == "let":
        while at < end and tokens[at].text != ";":
            at = after_tree(tokens, at)
        return at
    after = _skip_item(tokens, at, end)
    return after if after > at else skip_expression(tokens, at, end)


def _skip_literal(tokens: Tokens, at: int, end: int) -> int:
    at += at < end and tokens[at].text == "-"
    return (
        at + 1 if at < end and (tokens[at].kind == "literal" or tokens[at].text in {"true", "false"}) else -1
    )


def _skip_meta(tokens: Tokens, at: int, end: int) -> int:
    if at < end and tokens[at].text == "unsafe" and at + 1 < end:
        return tokens[at + 1].partner + 1 if tokens[at + 1].kind == "open" else -1
    at = skip_path(tokens, at, end)
    if 0 <= at < end and tokens[at].kind == "open":
        return tokens[at].partner + 1
    if 0 <= at < end and tokens[at].text == "=":
        return skip_expression(tokens, at + 1, end)
    return at


def _one(kind: str, *texts: str) -> Callable[[Tokens, int, int], int]:
    def skip(tokens: Tokens, at: int, end: int) -> int:
        fits = at < end and tokens[at].kind == kind and (not texts or tokens[at].text in texts)
        return after_tree(tokens, at) if fits else -1

    return skip


def _skip_tree(tokens: Tokens, at: int, end: int) -> int:
    return after_tree(tokens, at) if at < end and tokens[at].kind != "close" else -1


SKIP: dict[str, Callable[[Tokens, int, int], int]] = {
    "block": _one("open", "{"),
    "expr": skip_expression,
    "expr_2021": skip_expression,
    "ident": _one("identifier"),
    "item": _skip_item,
    "lifetime": _one("lifetime"),
    "literal": _skip_literal,
    "meta": _skip_meta,
    "pat": _skip_pattern,
    "pat_param": _skip_pattern,
    "path": skip_path,
    "stmt": _skip_statement,
    "tt": _skip_tree,
    "ty": skip_type,
    "vis": skip_visibility,
}
