"""Severity, only as far as the data carry it: shares of high scores, never a mean."""

from __future__ import annotations

from scrutineer.records.answer import Answer, Table
from scrutineer.records.statistics.exact import share_interval
from scrutineer.records.store import Store

ASKS = "Are the CVEs of one language scored high more often?"
HIGH = 7.0
"""CVSS 3.1: high and critical begin here (first.org, section 5)."""
ASSUMPTIONS = (
    "Scores were added to a third of the records, after publication, and nearly all are 7 or more: a record is scored because it is thought severe. The share of high scores among scored records therefore says nothing about the others.",
    "The share of all records that has a high score compares how often each language's bugs were found worth a high score; younger records had less time to get one.",
    "A mean score would be a number about the scoring, not about the bugs; it is not given.",
)


def answer(store: Store) -> Answer:
    """Shares by language, with exact intervals."""
    rows = store.rows(
        "SELECT language, count(*), count(score), count(*) FILTER (score >= ?) FROM cves "
        "WHERE state = 'PUBLISHED' AND language IN ('rust', 'c') GROUP BY language ORDER BY language DESC",
        HIGH,
    )
    shares = []
    for language, records, scored, high in rows:
        for name, part, whole in (
            ("scored, of all", scored, records),
            ("7 or more, of all", high, records),
            ("7 or more, of scored", high, scored),
        ):
            shares.append((language, name, part, whole, *_share(part, whole)))
    table = Table(
        "Shares, exact 95 % intervals",
        ("language", "share", "records", "of", "value", "low", "high"),
        tuple(shares),
    )
    return Answer("severity", ASKS, _says(rows), ASSUMPTIONS, tables=(table,), snapshot=store.report.snapshot)


def _share(part: int, whole: int) -> tuple[float | None, float | None, float | None]:
    if not whole:
        return None, None, None
    interval = share_interval(part, whole)
    return part / whole, interval.low, interval.high


def _says(rows: list[tuple[str, int, int, int]]) -> str:
    """Not decidable unless the shares' intervals are apart."""
    intervals = {language: share_interval(high, records) for language, records, _, high in rows if records}
    parts = "; ".join(f"{language}: {high} of {records}" for language, records, _, high in rows)
    if {"rust", "c"} <= set(intervals):
        rust, c = intervals["rust"], intervals["c"]
        apart = (rust.high or 1.0) < c.low or rust.low > (c.high or 1.0)
        if apart:
            return f"Suggestive: the share of records with a score of {HIGH:g} or more differs ({parts})."
    return f"Not decidable: the shares of records with a score of {HIGH:g} or more overlap ({parts})."
