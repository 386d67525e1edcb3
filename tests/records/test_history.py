"""Days of publication from a checkout's history."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from record_files import record_json

from scrutineer.records.batch import batch
from scrutineer.records.errors import RecordsError
from scrutineer.records.ingest import Request, ingest
from scrutineer.records.store import Store, write_tables


def git(root: Path, *words: str, when: str = "2026-01-01T00:00:00+0000") -> None:
    environment = os.environ | {
        "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": "2001-01-01T00:00:00+0000", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    }  # fmt: skip
    subprocess.run(["git", *words], cwd=root, env=environment, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two numbers published late on one day of another time zone; one rejected a month later."""
    root = tmp_path / "vulns"
    published, rejected = root / "cve" / "published" / "2026", root / "cve" / "rejected" / "2026"
    published.mkdir(parents=True)
    rejected.mkdir(parents=True)
    git(root, "init", "-q")
    for number in ("1000", "1001"):
        (published / f"CVE-2026-{number}.json").write_bytes(
            record_json(f"CVE-2026-{number}", files=("fs/a.rs",))
        )
    git(root, "add", ".")
    git(root, "commit", "-qm", "publish", when="2026-02-01T23:30:00-0500")
    (published / "CVE-2026-1001.json").rename(rejected / "CVE-2026-1001.json")
    (rejected / "CVE-2026-1001.json").write_bytes(record_json("CVE-2026-1001", state="REJECTED"))
    git(root, "add", ".")
    git(root, "commit", "-qm", "reject", when="2026-03-01T10:00:00+0000")
    return root


def test_the_first_commit_dates_a_number_in_utc(checkout: Path, tmp_path: Path) -> None:
    tables = ingest(Request(checkout))
    assert [(row.cve, row.first_published, row.state) for row in tables.publications] == [
        ("CVE-2026-1000", "2026-02-02T04:30:00Z", "published"),
        ("CVE-2026-1001", "2026-02-02T04:30:00Z", "rejected"),
    ]
    write_tables(tables, tmp_path / "tables")
    assert batch(Store(tmp_path / "tables"), "2026-02-02").says == (
        "2 CVEs were first published on 2026-02-02 (UTC), 1 of them of Rust code; today 1 still stand: 1 rejected "
        "since (CVE-2026-1001)."
    )


def test_a_checkouts_configuration_starts_no_program(checkout: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for name in ("gpg.program", "core.fsmonitor", "core.pager", "diff.external"):
        git(checkout, "config", name, str(program))
    git(checkout, "config", "log.showSignature", "true")
    ran.unlink(missing_ok=True)
    ingest(Request(checkout))
    assert not ran.exists()


def test_a_shallow_clone_is_refused(checkout: Path) -> None:
    (checkout / ".git" / "shallow").write_text("")
    with pytest.raises(RecordsError, match="--published"):
        ingest(Request(checkout))
