"""Which identifiers of a transcriber are its own locals, so that an expansion can tell them from its user's."""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.syntax.tokens import Token

_NOT_BINDINGS = frozenset(
    [
        "mut",
        "ref",
        "box",
        "_",
        "self",
        "true",
        "false",
        "if",
        "else",
        "match",
        "return",
        "in",
        "where",
        "as",
        "fn",
        "impl",
        "dyn",
        "move",
        "unsafe",
        "const",
    ]
)


def _bound_in(body: Sequence[Token], at: int, end: int, stops: frozenset[str]) -> set[str]:
    """Names that a pattern binds: lower-case identifiers that are no path, call, field name or metavariable."""
    names: set[str] = set()
    while at < end and body[at].text not in stops:
        token = body[at]
        after = body[at + 1].text if at + 1 < end else ""
        plain = token.kind == "identifier" and token.text not in _NOT_BINDINGS and not token.text[0].isupper()
        if plain and body[at - 1].text not in {"$", "::", "."} and after not in {"::", "(", "!", "{", ":"}:
            names.add(token.text)
        elif token.text == ":" and body[at - 1].text != "$" and body[at - 2].text != "$":
            while at < end and body[at].text not in stops and body[at].text not in {",", "|"}:
                at = body[at].partner + 1 if body[at].kind == "open" else at + 1
            continue
        at += 1
    return names


def _is_loop(body: Sequence[Token], at: int, end: int) -> bool:
    """Whether a `for` is a loop's, not the one of `impl Trait for Type` or `for<'a>`."""
    while at < end and body[at].text not in {"{", ";"}:
        if body[at].text == "in":
            return True
        at = body[at].partner + 1 if body[at].kind == "open" else at + 1
    return False


def _bindings(body: Sequence[Token], start: int, end: int) -> set[str]:
    names: set[str] = set()
    for at in range(start, end):
        text = body[at].text
        if text == "let":
            typed = at + 2 < end and body[at + 2].text == ":"
            stops = frozenset({"=", ";", ":"}) if typed else frozenset({"=", ";"})
            names |= _bound_in(body, at + 1, end, stops)
        elif text == "for" and _is_loop(body, at + 1, end):
            names |= _bound_in(body, at + 1, end, frozenset({"in", "{", ";"}))
        elif text == "|" and (
            at == start or body[at - 1].text in {"(", ",", "=", "move", "{", ";", "return"}
        ):
            names |= _bound_in(body, at + 1, end, frozenset({"|"}))
    return names


def local_names(body: Sequence[Token], start: int, end: int) -> frozenset[int]:
    """Indexes of the tokens in a transcriber that name a local which the transcriber itself declares.

    Fields, methods, paths, struct literal names and format strings keep their spelling.
    """
    names = _bindings(body, start, end)
    if not names:
        return frozenset()
    return frozenset(
        at
        for at in range(start, end)
        if body[at].text in names
        and body[at].kind == "identifier"
        and body[at - 1].text not in {"$", ".", "::", "fn"}
        and not (at + 1 < end and body[at + 1].text in {"::", "!"})
        and not (at + 1 < end and body[at + 1].text == ":" and body[at - 1].text in {"{", ","})
    )
