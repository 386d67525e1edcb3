"""Of the CVEs first published on one day, how many are of each language - then, and today."""

from __future__ import annotations

from datetime import date

from scrutineer.records.answer import Answer, Table
from scrutineer.records.errors import MissingExposureError, RecordsError
from scrutineer.records.store import Store

ASSUMPTIONS = (
    "The day is the UTC day of first publication, from the publication list (the records' commit history): no record of the kernel holds it.",
    "A number rejected since was counted on its day. Its record no longer names files, so its language is not known.",
)


def batch(store: Store, day: str) -> Answer:
    """Answer for one day, `2025-12-16`. Raises RecordsError for anything else, or when no date is known."""
    try:
        wanted = date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise RecordsError(f"`{day}` is not a day; write it as 2025-12-16") from error
    rows = _first_published(store, wanted)
    counts: dict[str, int] = {}
    for _, _, language, _ in rows:
        counts[language] = counts.get(language, 0) + 1
    gone = [cve for cve, state, _, _ in rows if state == "rejected"]
    still = len(rows) - len(gone)
    listed = tuple(
        (cve, language, title)
        for cve, _, language, title in rows
        if language in ("rust", "both", "rust-adjacent")
    )
    return Answer(
        f"batch {wanted}",
        f"Of the CVEs first published on {wanted} (UTC), how many per language?",
        _says(wanted, counts, len(rows), still, gone),
        ASSUMPTIONS,
        tables=(
            Table("First published that day", ("language", "records"), tuple(sorted(counts.items()))),
            Table("Of Rust, or near it", ("cve", "language", "title"), listed),
            Table("Rejected since", ("cve",), tuple((cve,) for cve in gone)),
        ),
        snapshot=store.report.snapshot,
    )


def _first_published(store: Store, day: str) -> list[tuple[str, str, str, str | None]]:
    """(cve, state today, language or why it is unknown, title) by number."""
    if store.report.publications:
        return store.rows(
            "SELECT cve, p.state, CASE WHEN p.state = 'rejected' THEN 'rejected since' "
            "ELSE coalesce(language, 'no record') END, title "
            "FROM publications p LEFT JOIN cves USING (cve) WHERE first_published[:10] = ? ORDER BY cve",
            day,
        )
    if not store.value("SELECT count(published) FROM cves"):
        raise MissingExposureError("a batch needs dates of publication: ingest with `--published CSV`")
    return store.rows(
        "SELECT cve, lower(state), language, title FROM cves WHERE published[:10] = ? ORDER BY cve", day
    )


def _says(day: str, counts: dict[str, int], first: int, still: int, gone: list[str]) -> str:
    rust = counts.get("rust", 0)
    text = f"{first} CVEs were first published on {day} (UTC), {rust} of them of Rust code; "
    if not gone:
        return f"{text}all of them still stand today."
    return f"{text}today {still} still stand: {len(gone)} rejected since ({', '.join(gone)})."
