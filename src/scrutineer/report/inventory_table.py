"""The inventory as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.model.file import Inventory
from scrutineer.report.escape import for_terminal
from scrutineer.surface.inventory import Row

_HEADS = ("files", "code lines", "unsafe lines", "blocks", "documented", "fns", "impls", "traits", "extern")


def inventory_table(title: str, rows: Sequence[Row], sum_: Inventory) -> str:
    """One line per row and one for the sum; numbers stand right, names left."""
    everything = Row("total", "", sum(row.files for row in rows), sum_)
    lines = [(title, *_HEADS), *(_cells(row) for row in (*rows, everything))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [_line(cells, widths) for cells in lines]
    text.insert(1, "-" * len(text[0]))
    text.insert(-1, "-" * len(text[0]))
    return "\n".join(text) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    counts, share = row.inventory, row.documented
    name = f"{row.name} ({row.kind})" if row.kind not in {"", "lib", "loose"} else row.name
    numbers = (row.files, counts.code_lines, counts.unsafe_lines, counts.unsafe_blocks)
    items = (counts.unsafe_fns, counts.unsafe_impls, counts.unsafe_traits, counts.extern_blocks)
    shown = "-" if share is None else f"{share:.0%}"
    return (for_terminal(name), *(f"{n:,}" for n in numbers), shown, *(f"{n:,}" for n in items))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.ljust(widths[0]) if not at else cell.rjust(widths[at]) for at, cell in enumerate(cells)
    )
    return "  ".join([first, *rest]).rstrip()
