"""With and without the driver that has most of a language's records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scrutineer.records.answer import Answer, Table
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.statistics.dispersion import Cell
from scrutineer.records.store import Store
from scrutineer.records.window import fixes_since, today

ASKS = "Does one driver make the result?"
ASSUMPTIONS = (
    "A driver is a folder of `drivers/`, three parts deep. Rust's largest is the one with most of its records; leaving it out after looking favours Rust, so C is also shown without its own.",
    "With one driver gone, what is left is mostly abstractions that few drivers use yet.",
)


def answer(store: Store) -> Answer:
    """Compare with, without Rust's driver, and without either language's, to date and in the matched window."""
    known = snapshots(store)
    windows = [today(known)]
    if len(known.releases) > 1:
        windows.append(fixes_since(store, known, known.newest_but_one))
    found, rows = [], []
    for window in windows:
        rust, c = window.cells(store)
        ours, theirs = largest_driver(rust), largest_driver(c)
        less_rust, less_c = without(rust, ours), without(c, theirs)
        found += [
            compare(f"with every driver; {window.label}", window.unit, rust, c),
            compare(f"Rust without {ours}; {window.label}", window.unit, less_rust, c),
            compare(
                f"Rust without {ours}, C without {theirs}; {window.label}", window.unit, less_rust, less_c
            ),
        ]
        rows += [
            (window.label, "rust", ours, _count(rust) - _count(less_rust), _count(rust)),
            (window.label, "c", theirs, _count(c) - _count(less_c), _count(c)),
        ]
    comparisons = tuple(comparison for comparison in found if comparison)
    table = Table(
        "The driver with most records", ("window", "language", "driver", "records", "of"), tuple(rows)
    )
    return Answer(
        "largest-driver",
        ASKS,
        verdict_of(comparisons),
        ASSUMPTIONS,
        comparisons,
        (table,),
        store.report.snapshot,
    )


def largest_driver(cells: Sequence[Cell]) -> str:
    """The driver with most records, the first by name of equals; empty when no driver has one."""
    counts: Counter[str] = Counter()
    for cell in cells:
        if cell.folder.startswith("drivers/") and cell.count:
            counts["/".join(cell.folder.split("/")[:3])] += cell.count
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def without(cells: Sequence[Cell], driver: str) -> list[Cell]:
    """The cells outside a driver's folders."""
    if not driver:
        return list(cells)
    return [cell for cell in cells if cell.folder != driver and not cell.folder.startswith(f"{driver}/")]


def _count(cells: Sequence[Cell]) -> int:
    return sum(cell.count for cell in cells)
