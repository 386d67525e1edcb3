"""What ends up in the tables, from records of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from record_files import dyad, record_json

from scrutineer.records.errors import RecordsError
from scrutineer.records.ingest import Request, ingest
from scrutineer.records.store import Store, write_tables

MakeFolder = Callable[[dict[str, bytes]], Path]
AT = "cve/published/2026/"


def test_dyad_wins_over_json_and_the_disagreement_is_counted(make_folder: MakeFolder) -> None:
    versions = [
        {"version": "6.1", "status": "affected"},
        {"version": "6.9", "status": "unaffected", "versionType": "original_commit_for_fix"},
    ]
    source = make_folder(
        {
            f"{AT}CVE-2026-1000.json": record_json("CVE-2026-1000", versions=versions),
            f"{AT}CVE-2026-1000.dyad": dyad("6.2:6.6.9", "6.2:6.9"),
            f"{AT}CVE-2026-1001.json": record_json("CVE-2026-1001", versions=versions),
        }
    )
    tables = ingest(Request(source))
    spans = {row.cve: (row.introduced, row.fixed, row.span_from) for row in tables.cves}
    assert spans == {"CVE-2026-1000": ("6.2", "6.9", "dyad"), "CVE-2026-1001": ("6.1", "6.9", "json")}
    assert (tables.report.spans_compared, tables.report.spans_differing) == (1, 1)
    assert len(tables.pairs) == 2


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("CVE-2026-1001.json", b"{", "truncated"),
        (
            "CVE-2026-1001.json",
            b'{"cveMetadata": {"cveId": 1, "state": "x"}, "containers": {"cna": {}}}',
            "cveId",
        ),
        ("CVE-2026-1001.json", record_json("CVE-2026-9999"), "not what its name says"),
        ("CVE-2026-1001.dyad", b"6.1:abc\n", "four fields"),
        ("CVE-2026-1001.dyad", b"\xff\xfe", "utf-8"),
        ("CVE-2026-1001.cvss", b"no vector", "no CVSS 3 vector"),
        ("CVE-2026-1001.sha1", b"0" * 40, "no JSON record"),
    ],
)
def test_a_malformed_file_is_listed_and_the_rest_read(
    name: str, data: bytes, why: str, make_folder: MakeFolder
) -> None:
    source = make_folder({f"{AT}CVE-2026-1000.json": record_json("CVE-2026-1000"), f"{AT}{name}": data})
    tables = ingest(Request(source))
    assert [row.cve for row in tables.cves] == ["CVE-2026-1000"]
    assert [row.path for row in tables.malformed][:1] == [f"{AT}{name}"]
    assert why in tables.malformed[0].why


def test_two_records_of_one_number_are_not_counted_twice(make_folder: MakeFolder) -> None:
    source = make_folder(
        {
            f"{AT}CVE-2026-1000.json": record_json("CVE-2026-1000"),
            "cve/rejected/2026/CVE-2026-1000.json": record_json("CVE-2026-1000", state="REJECTED"),
        }
    )
    tables = ingest(Request(source))
    assert len(tables.cves) == 1
    assert "second record" in tables.malformed[0].why


def test_reserved_numbers_are_not_records(make_folder: MakeFolder) -> None:
    source = make_folder(
        {
            f"{AT}CVE-2026-1000.json": record_json("CVE-2026-1000"),
            "cve/reserved/2026/CVE-2026-1001.json": b"{}",
        }
    )
    tables = ingest(Request(source))
    assert (tables.report.records, tables.report.malformed) == (1, 0)


def test_the_records_own_date_serves_when_there_is_no_list(make_folder: MakeFolder) -> None:
    source = make_folder(
        {
            "CVE-2026-1000.json": record_json("CVE-2026-1000", date="2026-03-01T10:00:00.000Z"),
            "CVE-2026-1001.json": record_json("CVE-2026-1001", date="\x1b[31m not a date at all"),
        }
    )
    tables = ingest(Request(source))
    assert [row.published for row in tables.cves] == ["2026-03-01T10:00:00Z", None]
    assert tables.report.snapshot == "2026-03-01"


def test_a_bad_row_of_the_publication_list_is_listed(make_folder: MakeFolder, tmp_path: Path) -> None:
    source = make_folder({"CVE-2026-1000.json": record_json("CVE-2026-1000")})
    published = tmp_path / "published.csv"
    published.write_text(
        "cve,first_published_utc,state\nCVE-2026-1000,2026-01-02T03:04:05Z,published\nCVE-2026-1,soon,x\n"
    )
    tables = ingest(Request(source, published=published))
    assert tables.cves[0].published == "2026-01-02T03:04:05Z"
    assert [row.path for row in tables.malformed] == ["published.csv:3"]


def test_a_source_without_one_record_is_refused(make_folder: MakeFolder) -> None:
    with pytest.raises(RecordsError, match="no CVE record"):
        ingest(Request(make_folder({"readme.txt": b"nothing"})))


def test_a_size_line_that_is_none_is_refused(make_folder: MakeFolder, tmp_path: Path) -> None:
    sizes = tmp_path / "sizes.jsonl"
    sizes.write_text('["6.1","c_runtime","fs",1,2,3,0]\n["6.1","c_runtime"]\n')
    with pytest.raises(RecordsError, match=r"sizes\.jsonl:2"):
        ingest(Request(make_folder({"CVE-2026-1000.json": record_json("CVE-2026-1000")}), sizes=sizes))


def test_a_counted_tree_replaces_the_same_release_of_the_sizes(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    sizes = tmp_path / "sizes.jsonl"
    sizes.write_text('["6.1","c_runtime","fs",1,2,3,0]\n["6.2","c_runtime","fs",1,2,3,0]\n')
    tree = tmp_path / "tree"
    (tree / "fs").mkdir(parents=True)
    (tree / "fs" / "a.c").write_text("int a;\n/* no code */\n")
    source = make_folder({"CVE-2026-1000.json": record_json("CVE-2026-1000")})
    tables = ingest(Request(source, sizes=sizes, trees=(("6.2", tree),)))
    assert {(row.release, row.folder, row.code_lines) for row in tables.sizes} == {
        ("6.1", "fs", 3),
        ("6.2", "fs", 1),
    }


def test_the_tables_survive_the_disk(make_folder: MakeFolder, tmp_path: Path) -> None:
    source = make_folder(
        {
            "CVE-2026-1000.json": record_json("CVE-2026-1000", files=("rust/a.rs",)),
            "CVE-2026-1000.dyad": dyad("0:0"),
        }
    )
    tables = ingest(Request(source))
    write_tables(tables, tmp_path / "tables")
    store = Store(tmp_path / "tables")
    assert store.report == tables.report
    assert store.rows("SELECT cve, language, introduced FROM cves") == [("CVE-2026-1000", "rust", None)]
    assert store.value("SELECT count(*) FROM sizes") == 0
    report = tmp_path / "tables" / "ingest.json"
    written = report.read_text()
    report.write_text(written.replace('"schema": 2', '"schema": 1'))
    with pytest.raises(RecordsError, match="another version"):
        Store(tmp_path / "tables")
    report.write_text(written)
    (tmp_path / "tables" / "cves.parquet").write_bytes(b"broken")
    with pytest.raises(RecordsError, match="ingest again"):
        Store(tmp_path / "tables")
