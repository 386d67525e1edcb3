"""Cohort by introduction: bugs that entered with the code added between two known releases."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.exposure import LANGUAGES, cells, growth, releases_after, snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.releases import mainline_of
from scrutineer.records.store import Store

ASKS = "Of the code added between two releases, how many CVEs came in per million lines added?"
HEADLINE = 1
"""How many of its comparisons, from the first, belong in the headline."""
ASSUMPTIONS = (
    "Lines added are net, folder by folder: a rewrite in place adds none. C is rewritten in place far more than Rust, so its lines added are understated and its rate overstated. This favours Rust.",
    "The introducing release is the record's (the earliest it names); found bugs only, and both languages had equally long to be found in.",
    "A bug introduced into old code counts although no folder grew.",
)


def answer(store: Store) -> Answer:
    """Compare per million lines added between the oldest and the newest known release."""
    known = snapshots(store, at_least=2)
    releases = list(releases_after(known.oldest, known.newest))
    sides = [
        cells(
            store,
            language,
            growth(store, language, known.oldest, known.newest),
            "list_contains(?, introduced)",
            releases,
        )
        for language in LANGUAGES
    ]
    label = f"introduced after {mainline_of(known.oldest)}, up to {mainline_of(known.newest)}"
    comparison = compare(label, "lines added (net, by folder)", sides[0], sides[1])
    comparisons = (comparison,) if comparison else ()
    return Answer(
        "cohort", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
