"""Conditions in one form: what is known on each way out of a branch.

`!(a >= b)` on the false edge and `a >= b` on the true edge say the same; `i < n` and `n > i` too. A condition that
a float may fail in both directions (NaN) is negated only where its operands are known to be integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.flow.values import Value, Values
from scrutineer.model.body import Terminator

Relation = Literal["<", "<=", "==", "!=", "is", "is not", "true", "false"]

_FLIPPED = {">": "<", ">=": "<="}
_NEGATED: dict[str, Relation] = {"<": "<=", "<=": "<", "==": "!=", "!=": "=="}


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`left relation right`. `is` and `is not` speak of a pattern (`label`); `true` and `false` of a call.

    `negated` says that the source wrote the opposite and this is its negation: for floats it need not hold.
    """

    relation: Relation
    left: Value
    right: Value | None = None
    label: str = ""
    negated: bool = False


def facts_of_edge(terminator: Terminator, edge: int, values: Values) -> Iterator[Fact]:
    """What holds after the edge number `edge` of a terminator was taken."""
    if terminator.condition is None:
        return
    value = values.of(terminator.condition)
    if terminator.kind == "branch":
        yield from facts_of_value(value, holds=edge == 0)
    elif terminator.kind == "match":
        label = terminator.labels[edge]
        if label != "_":
            yield Fact("is", value, label=label)
        else:
            for other in terminator.labels[:edge]:
                yield Fact("is not", value, label=other)


def facts_of_value(value: Value, *, holds: bool) -> Iterator[Fact]:
    """What holds where a boolean value is true, or false."""
    if value.kind == "unary" and value.name == "!":
        yield from facts_of_value(value.args[0], holds=not holds)
    elif value.kind == "binary" and value.name in {"&", "&&"}:
        if holds:
            for arg in value.args:
                yield from facts_of_value(arg, holds=True)
    elif value.kind == "binary" and value.name in {"|", "||"}:
        if not holds:
            for arg in value.args:
                yield from facts_of_value(arg, holds=False)
    elif value.kind == "binary" and value.name in {"<", "<=", ">", ">=", "==", "!="}:
        yield _comparison(value, holds=holds)
    else:
        yield Fact("true" if holds else "false", value)


def _comparison(value: Value, *, holds: bool) -> Fact:
    left, right = value.args
    name = value.name
    if name in _FLIPPED:
        left, right, name = right, left, _FLIPPED[name]
    if holds:
        return Fact(name, left, right)  # type: ignore[arg-type] # one of the four relations, by the caller's test
    if name in {"<", "<="}:
        left, right = right, left
    return Fact(_NEGATED[name], left, right, negated=True)
