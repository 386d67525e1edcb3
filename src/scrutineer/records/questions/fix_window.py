"""Matched window: fixes of the same releases, over the code that each release held."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.store import Store
from scrutineer.records.window import fixes_since

ASKS = "In the same mainline releases, how many CVEs were fixed per million lines and release?"
HEADLINE = 2
"""How many of its comparisons, from the first, belong in the headline."""
ASSUMPTIONS = (
    "Both languages are watched by the same people over the same releases; older C bugs found now count for C.",
    "Lines of a release between two known ones are interpolated by release number; after the newest they are held constant.",
    "A fix gets its number late: the last releases are incomplete for both languages, and equally so.",
    "The windows begin at known code sizes, not at a date chosen by its outcome.",
)


def answer(store: Store) -> Answer:
    """Compare over two windows: since the newest size but one, and since the oldest."""
    known = snapshots(store, at_least=2)
    windows = [
        fixes_since(store, known, since) for since in dict.fromkeys((known.newest_but_one, known.oldest))
    ]
    found = (compare(window.label, window.unit, *window.cells(store)) for window in windows)
    comparisons = tuple(comparison for comparison in found if comparison)
    return Answer(
        "fix-window", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
