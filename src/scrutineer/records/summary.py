"""What was ingested, and the headline when code sizes are known."""

from __future__ import annotations

from scrutineer.records.answer import Answer, Table
from scrutineer.records.comparison import Comparison
from scrutineer.records.errors import MissingExposureError
from scrutineer.records.questions import headline
from scrutineer.records.store import Store

ASSUMPTIONS = (
    "The language of a record is that of the files its fix changes; Rust-adjacent means no `.rs` file, but a file below `rust/` or a title that names Rust.",
)


def summarise(store: Store) -> Answer:
    """Counts by language, the Rust records by name, what could not be read, and the headline."""
    tables = [_ingested(store), _by_language(store), _near_rust(store), _sizes(store), _malformed(store)]
    assumptions: tuple[str, ...] = ASSUMPTIONS
    comparisons: tuple[Comparison, ...] = ()
    try:
        top = headline.answer(store)
    except MissingExposureError as error:
        says = f"No rate can be given: {error}."
    else:
        says, comparisons = top.says, top.comparisons
        assumptions += top.assumptions
    return Answer(
        "summary",
        "What do the records hold, and what can they decide?",
        says,
        assumptions,
        comparisons,
        tuple(table for table in tables if table.rows),
        store.report.snapshot,
    )


def ingested(store: Store) -> Answer:
    """What one ingest read, without any rate."""
    tables = (_ingested(store), _by_language(store), _malformed(store))
    report = store.report
    says = f"{report.records:,} records read, {report.malformed} inputs malformed; code size of {len(report.releases)} releases."
    return Answer(
        "ingest",
        "What was read?",
        says,
        ASSUMPTIONS,
        tables=tuple(table for table in tables if table.rows),
        snapshot=report.snapshot,
    )


def _ingested(store: Store) -> Table:
    report = store.report
    rows = (
        ("source", report.source),
        ("records", report.records),
        ("malformed inputs", report.malformed),
        ("records of other products", report.other_products),
        ("rows of the publication list", report.publications),
        ("snapshot", report.snapshot),
        ("releases given by dyad and JSON alike", report.spans_compared - report.spans_differing),
        ("releases given differently (dyad is taken)", report.spans_differing),
        ("base scores that do not follow from their vector", report.scores_differing),
    )
    return Table("Ingested", ("what", "value"), rows)


def _by_language(store: Store) -> Table:
    rows = store.rows(
        "SELECT language, count(*), count(*) FILTER (kernel_code), count(introduced), count(fixed), count(score) "
        "FROM cves WHERE state = 'PUBLISHED' GROUP BY language ORDER BY count(*) DESC, language"
    )
    known = {row[0] for row in rows}
    rows += [(name, 0, 0, 0, 0, 0) for name in ("rust", "both", "rust-adjacent") if name not in known]
    return Table(
        "Published records by language of the fix",
        ("language", "records", "of kernel code", "with introduction", "with fix", "scored"),
        tuple(rows),
    )


def _near_rust(store: Store) -> Table:
    rows = store.rows(
        "SELECT cve, published[:10], language, introduced, fixed, score, "
        "(SELECT string_agg(name, ', ') FROM classes k WHERE k.cve = c.cve AND confidence <> 'low' AND NOT superseded), title "
        "FROM cves c WHERE language IN ('rust', 'both', 'rust-adjacent') ORDER BY language, cve"
    )
    columns = ("cve", "published", "language", "introduced", "fixed", "score", "classes", "title")
    return Table("Records of Rust code, and near it", columns, tuple(rows))


def _sizes(store: Store) -> Table:
    rows = store.rows(
        "SELECT release, language, bucket, runtime, sum(files)::BIGINT, sum(code_lines)::BIGINT, sum(unsafe_lines)::BIGINT "
        "FROM sizes GROUP BY ALL ORDER BY release, language, bucket"
    )
    return Table(
        "Code size",
        ("release", "language", "part", "compared", "files", "code lines", "unsafe lines"),
        tuple(rows),
    )


def _malformed(store: Store) -> Table:
    return Table(
        "Malformed", ("path", "why"), tuple(store.rows("SELECT path, why FROM malformed ORDER BY path"))
    )
