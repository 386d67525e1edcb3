"""From the records' files to typed tables, in one pass over the source and without touching the disk."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import msgspec

from scrutineer.records.archive import Limits, Malformed, read_source
from scrutineer.records.build import Bundle, Rows, add_record
from scrutineer.records.cve_json import parse_cve
from scrutineer.records.cvss import find_vector
from scrutineer.records.dyad import parse_dyad
from scrutineer.records.errors import RecordsError
from scrutineer.records.history import is_checkout, read_history
from scrutineer.records.sizes import count_sizes, read_sizes
from scrutineer.records.tables import IngestReport, MalformedRow, PublicationRow, SizeRow, Tables

_FILE = re.compile(r"(?:^|/)(CVE-\d{4}-\d{4,7})\.(json|dyad|cvss|sha1)$")
_NOT_ASSIGNED = re.compile(r"(?:^|/)(?:reserved|testing|review)/")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_COMMIT = re.compile(rb"^[0-9a-f]{40}$", re.MULTILINE)


class Request(msgspec.Struct, frozen=True):
    """What to ingest; trees are (release, folder)."""

    source: Path
    published: Path | None = None
    sizes: Path | None = None
    trees: tuple[tuple[str, Path], ...] = ()
    workers: int = 2


def ingest(request: Request, limits: Limits | None = None) -> Tables:
    """Read everything the request names. Raises RecordsError when there is not one record in the source."""
    malformed: list[MalformedRow] = []
    publications = _publications(request, malformed)
    bundles = _read_bundles(request.source, limits, malformed)
    rows = Rows(published={row.cve: row.first_published for row in publications}, malformed=malformed)
    for cve in sorted(bundles):
        add_record(cve, bundles[cve], rows)
    if not rows.cves:
        raise RecordsError(
            f"{request.source}: holds no CVE record that can be read ({len(malformed)} malformed)"
        )
    sizes = _read_sizes(request)
    days = [row.first_published for row in publications] or [
        row.published for row in rows.cves if row.published
    ]
    report = IngestReport(
        source=request.source.name,
        records=len(rows.cves),
        malformed=len(malformed),
        other_products=rows.other_products,
        publications=len(publications),
        snapshot=max(days)[:10] if days else None,
        releases=tuple(dict.fromkeys(row.release for row in sizes)),
        spans_compared=rows.spans_compared,
        spans_differing=rows.spans_differing,
        scores_differing=rows.scores_differing,
    )
    return Tables(
        report=report,
        cves=tuple(rows.cves),
        files=tuple(rows.files),
        pairs=tuple(rows.pairs),
        classes=tuple(rows.classes),
        publications=publications,
        sizes=sizes,
        malformed=tuple(malformed),
    )


def _read_bundles(source: Path, limits: Limits | None, malformed: list[MalformedRow]) -> dict[str, Bundle]:
    bundles: dict[str, Bundle] = {}
    for item in read_source(source, _wanted, limits):
        if isinstance(item, Malformed):
            malformed.append(MalformedRow(item.path, item.why))
            continue
        found = _FILE.search(item.path)
        assert found is not None, "only wanted paths are yielded"
        cve, kind = found.groups()
        before = bundles.get(cve, Bundle(path=item.path))
        try:
            bundles[cve] = _with_part(before, cve, kind, item.data, item.path)
        except ValueError as error:
            malformed.append(MalformedRow(item.path, str(error)))
            bundles[cve] = msgspec.structs.replace(before, broken=before.broken or kind == "json")
    return bundles


def _wanted(path: str) -> bool:
    return _FILE.search(path) is not None and not _NOT_ASSIGNED.search(path)


def _with_part(bundle: Bundle, cve: str, kind: str, data: bytes, path: str) -> Bundle:
    """The bundle with one more of its files read; raises ValueError saying what is wrong with the file."""
    match kind:
        case "json":
            if bundle.record is not None:
                raise ValueError(f"a second record of this number; the first is {bundle.path}")
            record = parse_cve(data)
            if record.cve_metadata.cve_id != cve:
                raise ValueError(f"holds {record.cve_metadata.cve_id}, which is not what its name says")
            return msgspec.structs.replace(bundle, record=record, path=path)
        case "dyad":
            return msgspec.structs.replace(bundle, pairs=parse_dyad(data.decode("utf-8")))
        case "cvss":
            vector = find_vector(data)
            if vector is None:
                raise ValueError("holds no CVSS 3 vector")
            return msgspec.structs.replace(bundle, vector=vector)
        case _:
            return msgspec.structs.replace(bundle, commits=len(_COMMIT.findall(data)))


def _publications(request: Request, malformed: list[MalformedRow]) -> tuple[PublicationRow, ...]:
    if request.published:
        return _read_published(request.published, malformed)
    return read_history(request.source) if is_checkout(request.source) else ()


def _read_published(path: Path, malformed: list[MalformedRow]) -> tuple[PublicationRow, ...]:
    """Rows of `cve, first_published_utc, state`; a row that is not one is listed as malformed."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            lines = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordsError(f"{path}: cannot be read: {error}") from error
    rows = []
    for number, fields in enumerate(lines[1:], start=2):
        if len(fields) == 3 and fields[0].startswith("CVE-") and _STAMP.fullmatch(fields[1]):
            rows.append(PublicationRow(fields[0], fields[1], fields[2]))
        elif fields:
            malformed.append(MalformedRow(f"{path.name}:{number}", "not `cve, first_published_utc, state`"))
    return tuple(rows)


def _read_sizes(request: Request) -> tuple[SizeRow, ...]:
    counted = [count_sizes(release, root, request.workers) for release, root in request.trees]
    fresh = {row.release for rows in counted for row in rows}
    given = read_sizes(request.sizes) if request.sizes else ()
    return tuple(row for row in given if row.release not in fresh) + tuple(
        row for rows in counted for row in rows
    )
