"""Operations and their arguments as the source writes them, on one line."""

from __future__ import annotations

import re

_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = re.compile(r'b?r?"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'')
_METHOD = re.compile(r"\.\s*\w+\s*(?:::\s*<.*>\s*)?$", re.DOTALL)


def one_line(text: str) -> str:
    """Code without comments, runs of whitespace as single spaces; method chains without breaks."""
    flat = " ".join(_COMMENT.sub(" ", text).split())
    return flat.replace(" .", ".").replace("( ", "(").replace(" )", ")").replace(",)", ")")


def arguments(call: str, *, method: bool) -> list[str]:
    """Arguments of a call, one line each; of a method call the receiver first. Empty where it cannot be read."""
    text = _COMMENT.sub(" ", call).strip()
    opening = _opening_of_last(text)
    if opening < 0:
        return []
    found = [one_line(part) for part in _split(text[opening + 1 : -1])]
    before = _METHOD.search(text[:opening])
    if method and before:
        found.insert(0, one_line(text[: before.start()]))
    return found


def _mask(text: str) -> str:
    """The text with literals blanked, so that brackets in it are code."""
    return _LITERAL.sub(lambda literal: "_" * len(literal[0]), text)


def _opening_of_last(text: str) -> int:
    """Where the parenthesis that ends the text was opened."""
    if not text.endswith(")"):
        return -1
    depth = 0
    masked = _mask(text)
    for at in range(len(masked) - 1, -1, -1):
        if masked[at] in _CLOSE:
            depth += 1
        elif masked[at] in _OPEN:
            depth -= 1
            if depth == 0:
                return at
    return -1


def _split(inside: str) -> list[str]:
    """Parts between commas outside brackets and closures' bars."""
    parts: list[str] = []
    depth, start, bars = 0, 0, 0
    masked = _mask(inside)
    for at, letter in enumerate(masked):
        if letter in _OPEN:
            depth += 1
        elif letter in _CLOSE:
            depth -= 1
        elif letter == "|" and depth == 0 and masked[at - 1 : at] != "|" and masked[at + 1 : at + 2] != "|":
            bars ^= 1
        elif letter == "," and depth == 0 and not bars and not _in_turbofish(masked, at):
            parts.append(inside[start:at])
            start = at + 1
    return [part for part in [*parts, inside[start:]] if part.strip()]


def _in_turbofish(text: str, at: int) -> bool:
    """Whether a comma stands between the angle brackets of `::<A, B>`."""
    opened = text.rfind("::<", 0, at)
    return opened >= 0 and text[opened:at].count("<") > text[opened:at].replace("->", "").count(">")
