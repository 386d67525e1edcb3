"""Per mainline release: bugs introduced and bugs fixed, by language."""

from __future__ import annotations

from scrutineer.records.answer import Answer, Table
from scrutineer.records.exposure import snapshot_day
from scrutineer.records.releases import date_of, release_dates, release_key
from scrutineer.records.statistics.exact import poisson_interval
from scrutineer.records.store import Store

ASKS = "How many CVEs were introduced and fixed in each mainline release?"
ASSUMPTIONS = (
    "A count per release is not a rate: releases differ in length and in what they add.",
    "Introductions of recent releases are incomplete: their bugs are still to be found. Fixes of the newest are too.",
    "Intervals are exact Poisson intervals of each count alone.",
)
_RECENT = 24


def answer(store: Store) -> Answer:
    """The releases of the records, the newest two dozen, oldest first."""
    counts = {
        column: {
            (release, language): count
            for release, language, count in store.rows(
                f"SELECT {column}, language, count(*) FROM cves WHERE state = 'PUBLISHED' AND {column} IS NOT NULL "  # noqa: S608 - our own columns
                "AND kernel_code AND language IN ('rust', 'c') GROUP BY ALL"
            )
        }
        for column in ("introduced", "fixed")
    }
    day = snapshot_day(store)
    releases = sorted({release for part in counts.values() for release, _ in part}, key=release_key)[
        -_RECENT:
    ]
    rows = []
    for release in releases:
        released = str(date_of(release, day)) if release in release_dates() else None
        for language in ("rust", "c"):
            cells: list[int | float | None] = []
            for column in ("introduced", "fixed"):
                count = counts[column].get((release, language), 0)
                interval = poisson_interval(count)
                cells += [count, interval.low, interval.high]
            rows.append((release, released, language, *cells))
    columns = ("release", "released", "language", "introduced", "low", "high", "fixed", "low", "high")
    newest = releases[-1] if releases else None
    fixed = (
        {language: counts["fixed"].get((newest, language), 0) for language in ("rust", "c")} if newest else {}
    )
    says = (
        f"In {newest}, {fixed['c']:,} CVEs of C code and {fixed['rust']} of Rust code were fixed so far; "
        "the counts follow how much is searched and numbered as much as how many bugs there are."
        if newest
        else "No record names a release."
    )
    return Answer(
        "trend",
        ASKS,
        says,
        ASSUMPTIONS,
        tables=(Table("CVEs per mainline release", columns, tuple(rows)),),
        snapshot=store.report.snapshot,
    )
