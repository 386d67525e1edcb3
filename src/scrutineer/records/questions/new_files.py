"""New code only: folders that the oldest known release did not have."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.store import Store
from scrutineer.records.window import today

ASKS = "In files that are new since the oldest known release, how many CVEs per million lines?"
HEADLINE = 1
"""How many of its comparisons, from the first, belong in the headline."""
ASSUMPTIONS = (
    "Code size is known by folder (four parts deep), so new files means: files of folders that had no code of that language in the oldest known release. A new file in an old folder is left out, in both languages.",
    "A C folder may be new by a move; its bugs are then as old as its code was.",
    "New drivers of either language have few users: bugs in them are found late.",
)


def answer(store: Store) -> Answer:
    """Compare the new folders of both languages."""
    known = snapshots(store, at_least=2)
    window = today(known)
    rust, c = window.cells(store)
    label = f"folders new since {known.oldest}, lines of {known.newest}"
    comparison = compare(
        label, window.unit, [cell for cell in rust if cell.new], [cell for cell in c if cell.new]
    )
    comparisons = (comparison,) if comparison else ()
    return Answer(
        "new-files", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
