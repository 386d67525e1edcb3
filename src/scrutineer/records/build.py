"""One record's files, read, become rows of the tables."""

from __future__ import annotations

import re

import msgspec

from scrutineer.records.classify import classify, classify_words, memory_classes, reviewed
from scrutineer.records.cve_json import CveJson, json_pairs, json_span
from scrutineer.records.cvss import base_score
from scrutineer.records.dyad import Pair, mainline_span
from scrutineer.records.language import fix_language, folder_of, is_kernel_code, main_folder, path_language
from scrutineer.records.tables import ClassRow, CveRow, FileRow, MalformedRow, PairRow

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class Bundle(msgspec.Struct, frozen=True):
    """The files of one CVE number, each already read; `path` is where its record stands."""

    path: str
    record: CveJson | None = None
    pairs: tuple[Pair, ...] = ()
    vector: str | None = None
    commits: int = 0
    broken: bool = False


class Rows(msgspec.Struct):
    """The tables while they grow, and what is counted on the way."""

    published: dict[str, str]
    malformed: list[MalformedRow]
    cves: list[CveRow] = []
    files: list[FileRow] = []
    pairs: list[PairRow] = []
    classes: list[ClassRow] = []
    other_products: int = 0
    spans_compared: int = 0
    spans_differing: int = 0
    scores_differing: int = 0


def add_record(cve: str, bundle: Bundle, rows: Rows) -> None:
    """Append the rows of one CVE; a bundle without a record is listed as malformed."""
    record = bundle.record
    if record is None:
        if not bundle.broken:
            rows.malformed.append(MalformedRow(bundle.path, "stands alone: the number has no JSON record"))
        return
    if not record.of_the_kernel:
        rows.other_products += 1
        return
    paths, title = record.paths, record.containers.cna.title
    labels = classify(cve, title, record.description) if record.description else ()
    memory = memory_classes()
    replaced = classify_words(title, record.description) if cve in reviewed() and record.description else ()
    for superseded, part in ((False, labels), (True, replaced)):
        rows.classes.extend(
            ClassRow(cve, one.name, one.kind, one.name in memory, one.confidence, one.evidence, superseded)
            for one in part
        )
    rows.files.extend(FileRow(cve, path, path_language(path), folder_of(path)) for path in paths)
    rows.pairs.extend(
        PairRow(cve, pair.introduced_in, pair.introduced_by, pair.fixed_in, pair.fixed_by)
        for pair in bundle.pairs or json_pairs(record)
    )
    known = sum(label.confidence != "low" for label in labels)
    rows.cves.append(_cve_row(cve, bundle, record, rows, known))


def _cve_row(cve: str, bundle: Bundle, record: CveJson, rows: Rows, known_labels: int) -> CveRow:
    paths, title = record.paths, record.containers.cna.title
    language = fix_language(paths, title)
    from_json, from_dyad = json_span(record), mainline_span(bundle.pairs)
    if bundle.pairs and (from_json.introduced or from_json.fixed):
        rows.spans_compared += 1
        rows.spans_differing += from_json != from_dyad
    span = from_dyad if bundle.pairs else from_json
    vector, score = _score(bundle, record, rows)
    return CveRow(
        cve=cve,
        state=record.cve_metadata.state,
        published=rows.published.get(cve) or _stamp(record.cve_metadata.date_published),
        title=title,
        language=language,
        kernel_code=is_kernel_code(paths),
        folder=main_folder(paths, language),
        introduced=span.introduced,
        fixed=span.fixed,
        span_from="dyad" if bundle.pairs else "json",
        fix_commits=bundle.commits,
        vector=vector,
        score=score,
        known_labels=known_labels,
    )


def _score(bundle: Bundle, record: CveJson, rows: Rows) -> tuple[str | None, float | None]:
    """Vector and base score of the record, else of its `.cvss` file."""
    for metric in record.containers.cna.metrics:
        if metric.v31 is not None:
            rows.scores_differing += base_score(metric.v31.vector_string) != metric.v31.base_score
            return metric.v31.vector_string, metric.v31.base_score
    return bundle.vector, base_score(bundle.vector) if bundle.vector else None


def _stamp(text: str | None) -> str | None:
    """A record's own time of publication, cut to seconds; None when it is not a time."""
    found = _TIME.match(text) if text else None
    return f"{found.group()}Z" if found else None
