"""Expressions of a model: what a step computes, reads and writes, as plain frozen records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec


class Local(msgspec.Struct, frozen=True, tag="local"):
    """A variable of one thread. Every local starts at 0 and no other thread sees it."""

    name: str


class Shared(msgspec.Struct, frozen=True, tag="shared"):
    """A place in memory that all threads see: a cell, or one element of an array of cells.

    `index` is None for a single cell. Elements count from 1; index 0 stands for the null pointer, so that
    using it is reported as a null dereference.
    """

    cell: str
    index: Expression | None = None


class Binary(msgspec.Struct, frozen=True, tag="binary"):
    """Two expressions joined by one of `OPERATORS`; comparisons and logic give 1 or 0."""

    operator: str
    left: Expression
    right: Expression


class Not(msgspec.Struct, frozen=True, tag="not"):
    """1 if the expression is 0, else 0."""

    value: Expression


Expression: TypeAlias = int | Local | Shared | Binary | Not

OPERATORS = frozenset(
    {"+", "-", "*", "//", "%", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or"}
)
"""The operators a `Binary` may hold; they mean what Python means by them."""


def shared_places(expression: Expression) -> Iterator[Shared]:
    """Yield every shared place that evaluating the expression may read, in evaluation order."""
    match expression:
        case Shared(index=index):
            if index is not None:
                yield from shared_places(index)
            yield expression
        case Binary(left=left, right=right):
            yield from shared_places(left)
            yield from shared_places(right)
        case Not(value=value):
            yield from shared_places(value)


def local_names(expression: Expression) -> Iterator[str]:
    """Yield the name of every local that the expression reads."""
    match expression:
        case Local(name=name):
            yield name
        case Shared(index=index):
            if index is not None:
                yield from local_names(index)
        case Binary(left=left, right=right):
            yield from local_names(left)
            yield from local_names(right)
        case Not(value=value):
            yield from local_names(value)
