"""What a question answers: compared rates, tables, the assumptions in words, and one sentence."""

from __future__ import annotations

import msgspec

from scrutineer.records.comparison import Comparison

Value = str | int | float | None


class Table(msgspec.Struct, frozen=True):
    """A titled table; None is "not known"."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


class Answer(msgspec.Struct, frozen=True):
    """One question answered from the records of one snapshot."""

    question: str
    asks: str
    says: str  # one sentence
    assumptions: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()
    tables: tuple[Table, ...] = ()
    snapshot: str | None = None
    schema: int = 1
