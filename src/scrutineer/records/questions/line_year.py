"""Per line-year since the kernel numbers its own CVEs."""

from __future__ import annotations

from datetime import date

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import compare
from scrutineer.records.errors import MissingExposureError
from scrutineer.records.exposure import over_years, snapshot_day, snapshots
from scrutineer.records.phrases import verdict_of
from scrutineer.records.releases import release_dates, release_key
from scrutineer.records.store import Store
from scrutineer.records.window import Window

ASKS = "Since the kernel numbers its own CVEs, how many were published per million lines and year?"
HEADLINE = 2
"""How many of its comparisons, from the first, belong in the headline."""
NUMBERING_BEGAN = date(2024, 2, 13)
"""The day the kernel became a CVE numbering authority (announced by cve.org and kernel.org)."""
ASSUMPTIONS = (
    "Lines between two known releases are interpolated by day; before the oldest and after the newest they are constant, which credits Rust with slightly too many line-years before the oldest.",
    "The first comparison counts every publication, also of fixes from years before numbering began, which exist for C only; the second counts only fixes of releases since then.",
    "Publication says when a bug was numbered, not when it was found.",
)


def answer(store: Store) -> Answer:
    """Compare per line-year: all publications, then only fixes made since numbering began."""
    known = snapshots(store)
    if not store.value("SELECT count(published) FROM cves"):
        raise MissingExposureError("this question needs dates of publication: ingest with `--published CSV`")
    end = snapshot_day(store)
    weights = over_years(known, NUMBERING_BEGAN, end)
    since = f"published {NUMBERING_BEGAN} to {end}"
    recent = [name for name, day in release_dates().items() if day >= NUMBERING_BEGAN]
    oldest = min(recent, key=release_key)
    fixed = [row[0] for row in store.rows("SELECT DISTINCT fixed FROM cves WHERE fixed IS NOT NULL")]
    later = [name for name in fixed if release_key(name) >= release_key(oldest)]
    dated = "published >= ?"
    start = str(NUMBERING_BEGAN)
    windows = (
        Window(since, "line-years", dated, (start,), weights),
        Window(
            f"{since}, fixed in {oldest} or later",
            "line-years",
            f"{dated} AND list_contains(?, fixed)",
            (start, later),
            weights,
        ),
    )
    found = (compare(window.label, window.unit, *window.cells(store)) for window in windows)
    comparisons = tuple(comparison for comparison in found if comparison)
    return Answer(
        "line-year", ASKS, verdict_of(comparisons), ASSUMPTIONS, comparisons, snapshot=store.report.snapshot
    )
