"""A written model of `paste!`, of the crate of that name and of the kernel: `[<a b>]` becomes the name `ab`.

All else stays as it is. A pasted name is never longer than what it is pasted from, so it is filled up with blanks, and
everything keeps its place. See the documentation of the `paste` crate for the modifiers (`$name:lower`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scrutineer.model.span import Span
from scrutineer.syntax.expand import Expansion, MacroSource, Written
from scrutineer.syntax.tokens import Token, TokenError, tokenize

GIVES_BACK = frozenset({"paste", "pin_project"})
"""Macros that give back what they are given. `pin_project!` (of pin-project-lite) adds projections: not known here."""
_PATHS = frozenset({"paste::item", "paste::expr"})  # of `paste` before 1.0


def gives_back(name: str) -> bool:
    """Whether a macro's path is that of one that `paste` is a model of."""
    steps = name.split("::")
    return steps[-1] in GIVES_BACK or "::".join(steps[-2:]) in _PATHS


def paste(arguments: MacroSource, call: Span) -> Expansion | None:
    """What `paste!` makes of its arguments; nothing where they do not read as Rust."""
    try:
        tokens = tokenize(arguments.text)
    except TokenError:
        return None
    text = bytearray(arguments.text)
    written: list[Written] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        name = _pasted(tokens, at)
        if name is not None:
            end = tokens[token.partner].end
            text[token.start : end] = name.ljust(end - token.start).encode("latin-1")
            at = token.partner
            token = Token(token.kind, token.text, token.start, end, token.partner)
        written.append((token, False, name or token.text))
        at += 1
    starts = [token.start for token, _, _ in written]
    return Expansion(bytes(text), call, written, starts, arguments=arguments)


def _pasted(tokens: Sequence[Token], at: int) -> str | None:
    """The name that `[<…>]` standing here makes; nothing if something else stands here."""
    close = tokens[at].partner
    if (
        tokens[at].text != "["
        or close < at + 4
        or tokens[at + 1].text != "<"
        or tokens[close - 1].text != ">"
    ):
        return None
    name = _joined(tokens[at + 2 : close - 1])
    return name if name is not None and len(name) <= tokens[close].end - tokens[at].start else None


def _joined(tokens: Sequence[Token]) -> str | None:
    """The name that the tokens between `[<` and `>]` make; nothing if they are something else."""
    words: list[str] = []
    end = -1
    at = 0
    while at < len(tokens):
        token = tokens[at]
        word = _word(token)
        if word is not None:
            if token.start == end:  # a character beyond ASCII cuts a name into pieces that touch
                words[-1] += word
            else:
                words.append(word)
            end = token.end
        elif token.text == ":" and words and at + 1 < len(tokens) and tokens[at + 1].text in _MODIFIERS:
            at += 1
            words[-1] = _MODIFIERS[tokens[at].text](words[-1])
        else:
            return None
        at += 1
    return "".join(words) or None


def _word(token: Token) -> str | None:
    if token.kind == "identifier":
        return token.text.removeprefix("r#")
    if token.kind == "literal":
        inside = token.text.strip('"')
        return inside if inside.replace("_", "").isalnum() else None
    return token.text if token.text >= "\x80" else None


def _snake(word: str) -> str:
    return "".join(
        f"_{char}" if char.isupper() and at and word[at - 1] != "_" else char for at, char in enumerate(word)
    ).lower()


def _camel(word: str) -> str:
    before = ["_", *word]
    return "".join(
        char.upper() if last == "_" else char.lower() if last.isupper() else char
        for last, char in zip(before, word, strict=False)
        if char != "_"
    )


_MODIFIERS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "snake": _snake,
    "camel": _camel,
    "span": str,
}
