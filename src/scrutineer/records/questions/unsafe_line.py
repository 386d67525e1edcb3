"""Per unsafe line: only Rust's unsafe code against all of C."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import UNSAFE, snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.store import Store
from scrutineer.records.window import fixes_since, today

ASKS = "How many CVEs per million unsafe lines of Rust, against per million lines of C?"
HEADLINE = 2
"""How many of its comparisons, from the first, belong in the headline."""
ASSUMPTIONS = (
    "Every line of C is taken as unsafe, and all of Rust's CVEs are charged to its unsafe lines, also those whose bug is in safe code. This favours C.",
    "Unsafe lines are the lines of unsafe blocks and unsafe functions, and lines that say unsafe.",
)


def answer(store: Store) -> Answer:
    """Compare to date, and over the matched window when two sizes are known."""
    known = snapshots(store)
    windows = [today(known)]
    if len(known.releases) > 1:
        windows.append(fixes_since(store, known, known.newest_but_one))
    found = (
        compare(
            f"unsafe lines; {window.label}", f"unsafe {window.unit}", *window.cells(store, rust_column=UNSAFE)
        )
        for window in windows
    )
    comparisons = tuple(comparison for comparison in found if comparison)
    return Answer(
        "unsafe-line", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
