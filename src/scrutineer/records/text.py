"""Answers as text for a terminal, and as JSON. Everything shown comes from untrusted records: control characters go."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from importlib import metadata
from typing import Any

import msgspec

from scrutineer.records.answer import Answer, Table, Value
from scrutineer.records.comparison import Comparison
from scrutineer.records.phrases import interval_text, number_text

_WIDTH = 110
_WIDEST = 64
_MOST_ROWS = 40


def as_json(answer: Answer) -> bytes:
    """The answer with the schema's and the tool's version, indented, with a final newline."""
    fields: dict[str, Any] = msgspec.to_builtins(answer)
    document = {
        "schema": fields.pop("schema"),
        "tool": {"name": "scrutineer", "version": metadata.version("scrutineer")},
    }
    return msgspec.json.format(msgspec.json.encode(document | fields), indent=2) + b"\n"


def as_text(answer: Answer) -> str:
    """The sentence first, then the comparisons, the tables and the assumptions."""
    parts = [f"{answer.question}: {answer.asks}", "", *_wrapped(answer.says)]
    if answer.comparisons:
        parts += ["", *_comparisons(answer.comparisons)]
    for table in answer.tables:
        parts += ["", table.title, *table_lines(table)]
    parts += ["", "Assumptions"]
    for assumption in answer.assumptions:
        parts += _wrapped(assumption, "- ", "  ")
    if answer.snapshot:
        parts += ["", f"Snapshot of {answer.snapshot}."]
    return "\n".join(parts) + "\n"


def table_lines(table: Table) -> list[str]:
    """Aligned columns: numbers to the right, text to the left; the first forty rows."""
    shown = [[_cell(value) for value in row] for row in table.rows[:_MOST_ROWS]]
    lines = _aligned([list(table.columns), *shown], table.rows)
    if len(table.rows) > _MOST_ROWS:
        lines.append(f"  ... {len(table.rows) - _MOST_ROWS} more rows with --format json")
    return lines


def plain(text: str) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in text
    )


def _comparisons(comparisons: Iterable[Comparison]) -> list[str]:
    lines: list[str] = []
    for one in comparisons:
        lines += _wrapped(f"{one.label} [{one.strength}]")
        for name, side in (("Rust", one.rust), ("C", one.c)):
            lines.append(
                f"  {name:<5}{side.count:>7,} / {number_text(side.exposure):>11} {one.unit}: {number_text(side.rate)} per million "
                f"({interval_text(side.exact)}; widened {side.dispersion:.1f}x: {interval_text(side.widened)})"
            )
        ratio = "none" if one.ratio is None else number_text(one.ratio)
        lines.append(
            f"  Rust over C: {ratio} (exact {interval_text(one.exact)}; widened {interval_text(one.widened)}); "
            f"P(ratio < 1) = {one.posterior_below_one:.3f}"
        )
        lines.append(f"  {_placebo(one)}")
    lines += _wrapped(f"Intervals at 95 %. P: {comparisons_prior(comparisons)}.")
    return lines


def comparisons_prior(comparisons: Iterable[Comparison]) -> str:
    """The prior, stated once."""
    return next(iter(comparisons)).prior


def _placebo(one: Comparison) -> str:
    drawn = one.placebo
    if drawn is None:
        return f"Placebo: {one.placebo_note}."
    return (
        f"Placebo: new C code of that size had {drawn.median:.0f} ({drawn.low:.0f} to {drawn.high:.0f}; ratio "
        f"{interval_text(one.placebo_ratio)}), p = {drawn.p:.2g}, from {drawn.pool_folders} folders"
    )


def _aligned(cells: Sequence[Sequence[str]], rows: Sequence[Sequence[Value]]) -> list[str]:
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    right = [any(isinstance(row[column], int | float) for row in rows) for column in range(len(widths))]
    return [
        "  "
        + "  ".join(
            text.rjust(width) if numeric else text.ljust(width)
            for text, width, numeric in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    ]


def _cell(value: Value) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return number_text(value)
        case _:
            text = plain(value)
            return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(plain(text), _WIDTH, initial_indent=first, subsequent_indent=rest)
