"""The rows that ingest writes, one record type per Parquet table; a field's type is its column's type."""

from __future__ import annotations

import msgspec

SCHEMA = 2
"""Of the tables; those of another version are to be ingested again."""


class CveRow(msgspec.Struct, frozen=True):
    """One CVE record. Releases are mainline ones; None where the record does not know."""

    cve: str
    state: str  # PUBLISHED or REJECTED, as the record says today
    published: str | None  # first publication, UTC, `2025-12-16T14:45:21Z`
    title: str
    language: str  # of the fix: see `language.Language`
    kernel_code: bool  # False: only tools, samples or documentation change
    folder: str  # with most of the fix's files, four parts at most
    introduced: str | None
    fixed: str | None
    span_from: str  # `dyad` or `json`: where the two releases come from
    fix_commits: int  # mainline commits that together are the fix; 0 unknown
    vector: str | None  # CVSS 3.1
    score: float | None
    known_labels: int  # classes known with more than low confidence


class FileRow(msgspec.Struct, frozen=True):
    """One file that a fix changes."""

    cve: str
    path: str
    language: str
    folder: str


class PairRow(msgspec.Struct, frozen=True):
    """One introduced:fixed stretch of a branch's history: releases and git commits."""

    cve: str
    introduced_in: str | None
    introduced_by: str | None
    fixed_in: str | None
    fixed_by: str | None


class ClassRow(msgspec.Struct, frozen=True):
    """One class of one record; see `classify.Label`."""

    cve: str
    name: str
    kind: str
    memory: bool
    confidence: str
    evidence: str
    superseded: bool  # what the words say of a record that a person reviewed


class PublicationRow(msgspec.Struct, frozen=True):
    """When a number was first published (UTC), and its state today; rejected numbers included."""

    cve: str
    first_published: str
    state: str


class SizeRow(msgspec.Struct, frozen=True):
    """Lines of one folder of one release, per part of the kernel; `language` is `rust` or `c`."""

    release: str
    mainline: str
    bucket: str
    language: str
    runtime: bool  # runs in the kernel: not generated, vendored, host-only, a tool or a sample
    folder: str
    files: int
    lines: int
    code_lines: int
    unsafe_lines: int


class MalformedRow(msgspec.Struct, frozen=True):
    """An input that could not be read as what it claims to be."""

    path: str
    why: str


class IngestReport(msgspec.Struct, frozen=True):
    """What one ingest read; kept beside the tables as `ingest.json`."""

    source: str
    records: int
    malformed: int
    other_products: int  # records that are not about the kernel, passed over
    publications: int  # rows of the publication list; 0 without one
    snapshot: str | None  # the last day of publication known, UTC
    releases: tuple[str, ...]  # whose code size is known
    spans_compared: int  # records whose releases are given both by dyad and by JSON
    spans_differing: int  # of those, how many disagree; dyad is taken
    scores_differing: int  # recorded base score is not the one its vector gives
    schema: int = SCHEMA


class Tables(msgspec.Struct, frozen=True):
    """Everything that one ingest produces."""

    report: IngestReport
    cves: tuple[CveRow, ...]
    files: tuple[FileRow, ...]
    pairs: tuple[PairRow, ...]
    classes: tuple[ClassRow, ...]
    publications: tuple[PublicationRow, ...]
    sizes: tuple[SizeRow, ...]
    malformed: tuple[MalformedRow, ...]


ROWS: dict[str, type[msgspec.Struct]] = {
    "cves": CveRow,
    "files": FileRow,
    "pairs": PairRow,
    "classes": ClassRow,
    "publications": PublicationRow,
    "sizes": SizeRow,
    "malformed": MalformedRow,
}
