"""`macro_rules!` read into rules, and arguments matched against them.

The matcher follows the compiler's in what it accepts, with one simplification: a repetition goes on for as long
as its body matches (no two-way search), which decides every macro whose author obeyed the follow-set rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from scrutineer.syntax.fragments import SKIP
from scrutineer.syntax.tokens import Token

LARGEST_REPETITION = 10_000


class Rule(NamedTuple):
    """One arm: half-open token ranges of its matcher and of its transcriber, delimiters left out."""

    matcher: tuple[int, int]
    transcriber: tuple[int, int]


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """What a metavariable is bound to: its kind, and a half-open range of argument tokens."""

    kind: str
    start: int
    end: int


Binding = Fragment | list["Binding"]  # a repetition binds a list, to any depth
Bindings = dict[str, Binding]


class Repetition(NamedTuple):
    """`$( … ) separator operator` in a matcher or transcriber, and the index after it."""

    start: int
    end: int
    separator: Token | None
    operator: str
    after: int


def rules_of(tokens: Sequence[Token]) -> Iterator[Rule]:
    """Rules of a definition's body; the tokens are those between its outer delimiters."""
    at = 0
    while at + 2 < len(tokens):
        matcher, arrow = tokens[at], tokens[at].partner + 1
        if matcher.kind != "open" or arrow + 1 >= len(tokens) or tokens[arrow].text != "=>":
            return
        body = tokens[arrow + 1]
        if body.kind != "open":
            return
        yield Rule((at + 1, matcher.partner), (arrow + 2, body.partner))
        at = body.partner + 1
        at += at < len(tokens) and tokens[at].text == ";"


def repetition_at(tokens: Sequence[Token], at: int) -> Repetition | None:
    """The repetition that starts with the `$` standing here, if one does."""
    if at + 1 >= len(tokens) or tokens[at].text != "$" or tokens[at + 1].text != "(":
        return None
    close = tokens[at + 1].partner
    after, separator = close + 1, None
    if after < len(tokens) and tokens[after].text not in {"*", "+", "?"}:
        separator, after = tokens[after], after + 1
    if after >= len(tokens) or tokens[after].text not in {"*", "+", "?"}:
        return None
    return Repetition(at + 2, close, separator, tokens[after].text, after + 1)


def names_in(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    """Metavariables that occur in a range."""
    return [
        tokens[at + 1].text
        for at in range(start, end - 1)
        if tokens[at].text == "$" and tokens[at + 1].kind == "identifier"
    ]


class Matcher:
    """Matches argument tokens against the matcher of a rule."""

    def __init__(self, pattern: Sequence[Token], arguments: Sequence[Token]) -> None:
        """Keep both token lists; ranges are given per call."""
        self.pattern = pattern
        self.arguments = arguments

    def match(self, rule: Rule) -> Bindings | None:
        """Bindings of the rule's metavariables, or nothing where the arguments do not fit."""
        bindings: Bindings = {}
        end = len(self.arguments)
        return bindings if self._sequence(*rule.matcher, 0, end, bindings) == end else None

    def _sequence(self, at: int, stop: int, position: int, end: int, bindings: Bindings) -> int:
        """Argument index after the pattern range, -1 where it does not match."""
        pattern = self.pattern
        while at < stop:
            repetition = repetition_at(pattern, at) if pattern[at].text == "$" else None
            if repetition is not None:
                position = self._repeat(repetition, position, end, bindings)
                at = repetition.after
            elif pattern[at].text == "$" and at + 3 < stop + 1 and pattern[at + 2].text == ":":
                kind = pattern[at + 3].text
                after = SKIP[kind](self.arguments, position, end) if kind in SKIP else -1
                bindings[pattern[at + 1].text] = Fragment(kind, position, after)
                position, at = after, at + 4
            else:
                position, at = self._literal(at, position, end, bindings)
            if position < 0:
                return -1
        return position

    def _literal(self, at: int, position: int, end: int, bindings: Bindings) -> tuple[int, int]:
        """Match one token, or a delimited group with what is inside."""
        wanted = self.pattern[at]
        if position >= end or self.arguments[position].text != wanted.text:
            return -1, at
        if wanted.kind != "open":
            return position + 1, at + 1
        inner_end = self.arguments[position].partner
        inside = self._sequence(at + 1, wanted.partner, position + 1, inner_end, bindings)
        return (inner_end + 1 if inside == inner_end else -1), wanted.partner + 1

    def _repeat(self, repetition: Repetition, position: int, end: int, bindings: Bindings) -> int:
        """Match a repetition as often as it goes."""
        name = self._tree_variable(repetition)
        if name:
            return self._trees(name, repetition.operator, position, end, bindings)
        rounds: list[Bindings] = []
        while position < end and len(rounds) < LARGEST_REPETITION:
            start = position
            if rounds and repetition.separator is not None:
                if self.arguments[position].text != repetition.separator.text:
                    break
                start += 1
            once: Bindings = {}
            after = self._sequence(repetition.start, repetition.end, start, end, once)
            if after <= start:
                break
            rounds.append(once)
            position = after
            if repetition.operator == "?":
                break
        if repetition.operator == "+" and not rounds:
            return -1
        for name in names_in(self.pattern, repetition.start, repetition.end):
            bindings[name] = [once[name] for once in rounds if name in once]
        return position

    def _tree_variable(self, repetition: Repetition) -> str:
        """The metavariable of a repetition that is no more than `$($x:tt)*` or `$($x:tt)+`, else nothing."""
        start, plain = repetition.start, repetition.separator is None and repetition.operator != "?"
        if not plain or repetition.end != start + 4 or self.pattern[start].text != "$":
            return ""
        is_tree = self.pattern[start + 2].text == ":" and self.pattern[start + 3].text == "tt"
        return self.pattern[start + 1].text if is_tree else ""

    def _trees(self, name: str, operator: str, position: int, end: int, bindings: Bindings) -> int:
        """Match all token trees that are left: macros that eat their input piece by piece do little else."""
        found: list[Binding] = []
        while position < end and len(found) < LARGEST_REPETITION:
            after = SKIP["tt"](self.arguments, position, end)
            if after <= position:
                break
            found.append(Fragment("tt", position, after))
            position = after
        bindings[name] = found
        return -1 if operator == "+" and not found else position
