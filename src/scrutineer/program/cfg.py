"""Predicates of conditional compilation: which two can hold at once.

A predicate is kept as written; the empty one always holds. Only what follows from the text alone is decided:
a literal against its own negation, two values of a key that has one value, `unix` against `windows`.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

_SINGLE = {"target_os", "target_arch", "target_endian", "target_pointer_width", "target_env", "panic"}
_TOKEN = re.compile(r'[\w.]+\s*=\s*"[^"]*"|\w+|[(),]')

_USUAL = {"unix", "windows", "debug_assertions", "overflow_checks"}

Literals = frozenset[tuple[str, bool]]
"""Conditions known to hold: (text, whether it is affirmed)."""


def conjunction(first: str, second: str) -> str:
    """A predicate that holds where both do."""
    if not first or first == second:
        return second
    if not second:
        return first
    return f"all({first}, {second})"


@lru_cache(maxsize=4096)
def compatible(first: str, second: str) -> bool:
    """Whether both predicates can hold in one build, as far as their text tells."""
    if not first or not second or first == second:
        return True
    mine, other = literals(first), literals(second)
    if any((text, not positive) in other for text, positive in mine):
        return False
    return not _one_valued(mine, other)


def expected(predicate: str, asker: str) -> bool:
    """Whether a predicate holds in an ordinary build, or where `asker` does.

    Flags of one's own (`--cfg loom`) and those of tests and documentation are off unless somebody sets them;
    features, targets and a kernel's `CONFIG_*` may be either.
    """
    if not predicate:
        return True
    wanted = {text for text, positive in literals(predicate) if positive and "=" not in text}
    odd = {text for text in wanted if text not in _USUAL and not text.startswith("CONFIG_")}
    return all((text, True) in literals(asker) for text in odd)


def usual_features(predicate: str, asker: str, declared: Container[str], default: Container[str]) -> bool:
    """Whether a predicate holds with the default features, or where `asker` does; of other keys nothing is said."""
    known = literals(asker) if predicate else frozenset()
    for text, positive in literals(predicate):
        key, _, value = text.partition("=")
        name = value.strip('"')
        unusual = key == "feature" and name in declared and (name in default) is not positive
        if unusual and (text, positive) not in known:
            return False
    return True


def _one_valued(mine: Literals, other: Literals) -> bool:
    for text, positive in mine:
        key, equals, value = text.partition("=")
        if not positive:
            continue
        if not equals and key in {"unix", "windows"}:
            if ({"unix": "windows", "windows": "unix"}[key], True) in other:
                return True
        elif key in _SINGLE and any(
            affirmed and name == key and found != value
            for name, _, found, affirmed in ((*entry.partition("="), yes) for entry, yes in other)
        ):
            return True
    return False


@lru_cache(maxsize=4096)
def literals(predicate: str) -> Literals:
    """What certainly holds where the predicate does; a disjunction says nothing."""
    tokens = [re.sub(r"\s*=\s*", "=", token) for token in _TOKEN.findall(predicate)]
    found: set[tuple[str, bool]] = set()
    _read(tokens, 0, True, found)
    return frozenset(found)


def _read(tokens: list[str], at: int, positive: bool, found: set[tuple[str, bool]] | None) -> int:
    """Read one predicate; `found` is unset inside what says nothing certain. Gives the position after it."""
    if at >= len(tokens):
        return at
    name = tokens[at]
    if at + 1 >= len(tokens) or tokens[at + 1] != "(":
        if found is not None:
            found.add((name, positive))
        return at + 1
    at += 2
    inner_positive = positive != (name == "not")
    certain = name == "not" or (name == "all") == positive
    parts = found if certain and name in {"all", "any", "not"} else None
    while at < len(tokens) and tokens[at] != ")":
        at = at + 1 if tokens[at] == "," else _read(tokens, at, inner_positive, parts)
    return at + 1
