"""Which safety properties a clause speaks of, by the words that Rust developers use for each."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from scrutineer.contracts.signs import lowered, read_signs
from scrutineer.model.contract import PROPERTIES, Property

_SIGNS = tuple(
    (cast("Property", sign.name), sign.lowered)
    for sign in read_signs("properties.toml", "property", PROPERTIES)
)
_KEPT = 4096  # clauses: a comment speaks for several sites, a contract is asked for at each call
_LIFETIME = re.compile(r"\b(?:for|during|throughout|until)\b[^.]{0,30}(?:\blifetime\b|\bduration\b|'\w+)")
_REFERENTS: frozenset[Property] = frozenset(("valid", "allocated", "initialised", "aligned", "valid-value"))

_ABSORBED: dict[Property, frozenset[Property]] = {
    "context": frozenset(
        ("lock-held", "thread-affine", "call-once", "no-data-race", "no-alias", "in-list", "pinned", "valid-value", "alive")
    ),
    "valid": frozenset(("valid-value", "layout", "in-list", "allocated")),
}  # fmt: skip
"""A weak property that is dropped when the same clause also names one of these."""


@lru_cache(maxsize=_KEPT)
def properties_of(clause: str) -> tuple[tuple[int, Property], ...]:
    """Properties of a clause, each once, with the place of the words that name it; in order of place."""
    found: dict[Property, int] = {}
    lower = left = lowered(clause)
    for name, pattern in _SIGNS:
        match = pattern.search(left)
        if match:
            found.setdefault(name, match.start())
            left = pattern.sub(lambda hit: " " * len(hit[0]), left)
    lifetime = _LIFETIME.search(lower)
    if lifetime and _REFERENTS & found.keys():
        found.setdefault("alive", lifetime.start())
    for weak, stronger in _ABSORBED.items():
        if weak in found and stronger & found.keys():
            del found[weak]
    return tuple(sorted((at, name) for name, at in found.items()))
