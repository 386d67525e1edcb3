"""Expansion of `macro_rules!`: definition and invocation to text, with where every token of it came from.

A pure function. Expanding what is inside an expansion again is the caller's business, as is the bound on that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from scrutineer.model.span import Span
from scrutineer.syntax.hygiene import local_names
from scrutineer.syntax.macro_rules import Binding, Bindings, Matcher, Rule, names_in, repetition_at, rules_of
from scrutineer.syntax.tokens import Token, TokenError, tokenize

LARGEST_EXPANSION = 1_000_000
_MARK = "·".encode().decode("latin-1")  # U+00B7 may stand inside an identifier, and nobody writes it there
_BOUNDS_END = frozenset({">", ",", "{", "where", "="})
_BESIDE_LISTS = frozenset({":", "+", "::", "<", "where", "{", ";"})
_WRAPPED = frozenset({"expr", "expr_2021"})


class MacroSource(NamedTuple):
    """Text of a definition's body or of an invocation's arguments, and where it stands."""

    text: bytes
    offset: int
    path: str = ""


Written = tuple[Token, bool, str]  # token, whether the definition wrote it, its text in the expansion


class Expansion(NamedTuple):
    """Expanded text; `call` is the whole invocation.

    `written` are its tokens in order, `starts` where each begins in the text, `definition` and `arguments` what they
    were taken from. Without tokens all of it was written by the call.
    """

    text: bytes
    call: Span
    written: Sequence[Written] = ()
    starts: Sequence[int] = ()
    definition: MacroSource = MacroSource(b"", 0)
    arguments: MacroSource = MacroSource(b"", 0)

    def origin(self, start: int, end: int) -> Span:
        """Source span of a byte range of the expansion.

        A range that begins and ends in one source is that source's range; a mixed one is where it begins.
        """
        first = bisect_right(self.starts, start) - 1
        if first < 0:
            return self.call
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        from_definition = self.written[first][1]
        while self.written[last][1] != from_definition:
            last -= 1
        source = self.definition if from_definition else self.arguments
        head, tail = self.written[first][0], self.written[last][0]
        return Span(source.offset + head.start, source.offset + max(head.end, tail.end), source.path)


class _Transcriber:
    """Writes one rule's transcriber with its bindings filled in.

    `own` and `given` are the tokens of the definition and of the arguments as they stand in the output: what lies
    between two metavariables is copied in one step.
    """

    def __init__(
        self, body: Sequence[Token], own: list[Written], arguments: Sequence[Token], crate: str
    ) -> None:
        self.body = body
        self.own = own
        self.given = [(token, False, token.text) for token in arguments]
        self.arguments = arguments
        self.crate = crate
        self.output: list[Written] = []

    def write(self, start: int, end: int, bindings: Bindings) -> bool:
        """Write a range of the transcriber; false where a binding is missing or the text grows too large."""
        at = start
        for dollar in _dollars(self.body, start, end):
            if dollar < at:
                continue  # inside a repetition that is written already
            self.output += self.own[at:dollar]
            repetition = repetition_at(self.body, dollar)
            if repetition is not None:
                if not self._repeat(repetition.start, repetition.end, repetition.separator, bindings):
                    return False
                at = repetition.after
            elif dollar + 1 < end and self.body[dollar + 1].kind == "identifier":
                if not self._variable(self.body[dollar + 1], bindings):
                    return False
                at = dollar + 2
            else:
                return False  # `${count(x)}` and other unstable forms
        self.output += self.own[at:end]
        return len(self.output) < LARGEST_EXPANSION

    def _variable(self, name: Token, bindings: Bindings) -> bool:
        if name.text == "crate":
            self.output.append((name, True, self.crate))
            return True
        bound = bindings.get(name.text)
        if isinstance(bound, list):
            return False
        if bound is None:  # a `$name` that the outer macro hands on to a macro it defines
            self.output.append((name, True, f"${name.text}"))
            return True
        tokens = self.arguments[bound.start : bound.end]
        wrap = bound.kind in _WRAPPED and not _is_one_tree(tokens)
        if wrap:
            self.output.append((tokens[0], False, "("))
        self.output += self.given[bound.start : bound.end]
        if wrap:
            self.output.append((tokens[-1], False, ")"))
        return True

    def _repeat(self, start: int, end: int, separator: Token | None, bindings: Bindings) -> bool:
        used = [name for name in names_in(self.body, start, end) if isinstance(bindings.get(name), list)]
        if not used:
            return False
        if end - start == 2:  # `$($x)*`, as macros hand on what they have not read yet
            return self._each(self.body[start + 1], bindings[used[0]], separator)
        rounds = max(len(bound) for name in used if isinstance(bound := bindings[name], list))
        for index in range(rounds):
            if index and separator is not None:
                self.output.append((separator, True, separator.text))
            inner = dict(bindings)
            for name in used:
                bound = bindings[name]
                if isinstance(bound, list) and index < len(bound):
                    inner[name] = bound[index]
            if not self.write(start, end, inner):
                return False
        return True

    def _each(self, name: Token, bound: Binding, separator: Token | None) -> bool:
        """Write what a metavariable stands for in each round."""
        for index, one in enumerate(bound if isinstance(bound, list) else ()):
            if index and separator is not None:
                self.output.append((separator, True, separator.text))
            if not self._variable(name, {name.text: one}):
                return False
        return len(self.output) < LARGEST_EXPANSION


def _dollars(body: Sequence[Token], start: int, end: int) -> list[int]:
    return [at for at in range(start, end) if body[at].text == "$"]


def _is_one_tree(tokens: Sequence[Token]) -> bool:
    """Whether the tokens are one token tree, a path or a place: text that needs no parentheses."""
    if len(tokens) == 1:
        return True
    if tokens[0].kind == "open" and tokens[0].text != "{" and tokens[-1].end == _close_of(tokens):
        return True
    return all(token.kind == "identifier" or token.text in {"::", "."} for token in tokens)


def _close_of(tokens: Sequence[Token]) -> int:
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return token.end
    return -1


def _without_empty_lists(output: list[Written]) -> list[Written]:
    """Leave out what Rust allows and its tree-sitter grammar does not: `T: >`, `A + >`, `impl<>`, `f::<>()`.

    Such empty lists come from repetitions that matched nothing.
    """
    kept: list[Written] = []
    at = 0  # what stands before is kept or left out
    bounds = False  # behind a `where`, up to the body: elsewhere `: {` begins a block (of a label or a field)
    for here, (_, _, text) in enumerate(output):
        if text not in _BESIDE_LISTS or here < at:
            continue
        after = output[here + 1][2] if here + 1 < len(output) else ""
        bounds = text == "where" or (bounds and text not in {"{", ";"})
        if text in {":", "+"}:
            empty = 1 if after in _BOUNDS_END and (after != "{" or (text == ":" and bounds)) else 0
        elif text == "::":
            empty = 3 if after == "<" and here + 2 < len(output) and output[here + 2][2] == ">" else 0
        else:
            empty = 2 if text == "<" and after == ">" else 0
        if empty:
            kept += output[at:here]
            at = here + empty
    return kept + output[at:]


def _assemble(output: list[Written]) -> tuple[bytes, list[Written], list[int]]:
    """Join tokens to text: apart by a space, but for neighbours that touched in their source.

    Also the tokens that are left, and where each begins.
    """
    written = _without_empty_lists(output)
    parts: list[str] = []
    starts: list[int] = []
    size = end = 0
    before = None
    for token, from_definition, text in written:
        if parts and (before is not from_definition or end != token.start):
            parts.append(" ")
            size += 1
        starts.append(size)
        parts.append(text)
        size += len(text)
        before, end = from_definition, token.end
    return "".join(parts).encode("latin-1"), written, starts


class _Definition(NamedTuple):
    """A definition's tokens, as they stand in an expansion too, and its rules."""

    body: list[Token]
    own: list[Written]
    rules: tuple[Rule, ...]


@lru_cache(maxsize=1024)
def _definition(text: bytes) -> _Definition:
    tokens = tokenize(text)
    return _Definition(tokens, [(token, True, token.text) for token in tokens], tuple(rules_of(tokens)))


@lru_cache(maxsize=1024)
def _hygienic(text: bytes, start: int, end: int) -> frozenset[int]:
    """Which tokens of a transcriber of that definition name its own locals."""
    return local_names(_definition(text).body, start, end)


def expand(
    definition: MacroSource, arguments: MacroSource, call: Span, *, crate: str = "crate", mark: int = 0
) -> Expansion | None:
    """Expand one invocation by the first rule that fits it.

    `definition.text` is what stands between the outer delimiters of `macro_rules! m { … }`, `arguments.text`
    what stands between those of the invocation. `crate` is what
    `$crate` becomes, `mark` tells the locals of this expansion
    from every other's. None where no rule fits or the macro uses what is not stable: the hole stays opaque.
    """
    try:
        body, own, rules = _definition(definition.text)
        given = tokenize(arguments.text)
    except TokenError:
        return None
    matcher = Matcher(body, given)
    for rule in rules:
        bindings = matcher.match(rule)
        if bindings is None:
            continue
        hygienic = _hygienic(definition.text, *rule.transcriber)
        if hygienic:
            own = own.copy()
            for at in hygienic:
                own[at] = (body[at], True, f"{body[at].text}{_MARK}{mark}")
        transcriber = _Transcriber(body, own, given, crate)
        if not transcriber.write(*rule.transcriber, bindings):
            return None
        text, written, starts = _assemble(transcriber.output)
        return Expansion(text, call, written, starts, definition, arguments)
    return None
