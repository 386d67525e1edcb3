"""Snapshot density: all records to date, over the code of the newest known release."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.store import Store
from scrutineer.records.window import today

ASKS = "How many CVEs has each language had per million of its code lines?"
HEADLINE = 1
"""How many of its comparisons, from the first, belong in the headline."""
ASSUMPTIONS = (
    "A CVE belongs to the language of the files that its fix changes; fixes of both, of neither and Rust-adjacent ones count for none.",
    "C's records reach back to bugs fixed in 2019 and earlier, in code that may be gone; Rust's code is almost all younger than two years. This favours Rust.",
    "Every line is equally likely to be looked at, and a bug in either language equally likely to get a number.",
    "Hand-written code that runs in the kernel only: no generated register headers, tools, samples, host programs or vendored crates.",
)


def answer(store: Store) -> Answer:
    """Compare counts per million code lines."""
    window = today(snapshots(store))
    comparison = compare(window.label, window.unit, *window.cells(store))
    comparisons = (comparison,) if comparison else ()
    return Answer(
        "density", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
