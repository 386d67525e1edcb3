from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from running import Listener, run

from scrutineer.run.options import Options
from trees import ARGUED, BARE, STRICT, UNTIED, Write

OLD = 1_000_000_000  # seconds: long before now


def crate(tree: Write) -> Path:
    root = tree({"Cargo.toml": STRICT, "src/lib.rs": "mod one;", "src/one.rs": BARE})
    for path in root.rglob("*"):
        os.utime(path, (OLD, OLD))
    return root


def database(cache: Path) -> Path:
    (path,) = cache.glob("*.sqlite3")
    return path


def stages(root: Path, cache: Path) -> dict[str, int]:
    """How many steps the run took: none where the cache answered."""
    listener = Listener()
    run(root, cache=cache, listener=listener)
    assert listener.warnings == []
    return listener.steps


def test_an_unchanged_target_is_neither_read_nor_checked_again(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    first = run(root, cache=cache)
    assert stages(root, cache) == {}
    assert run(root, cache=cache) == first


def test_one_changed_file_is_read_again_and_no_other(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    assert len(run(root, cache=cache)[0].findings) == 1
    (root / "src/one.rs").write_text(ARGUED)
    assert stages(root, cache) == {"reading": 1, "checking": 1}
    assert run(root, cache=cache)[0].findings == ()


def test_a_change_that_keeps_size_and_time_is_seen(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    run(root, cache=cache)
    place = root / "src/one.rs"
    place.write_text(BARE.replace("unsafe { *(p as *const u8) }", "{ 0u8 + 0u8 + 0u8 + 0u8 + 0}"))
    os.utime(place, (OLD, OLD))
    assert place.stat().st_size == len(BARE)
    assert run(root, cache=cache)[0].findings == ()


def test_new_times_on_the_same_bytes_cost_no_work(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    run(root, cache=cache)
    os.utime(root / "src/one.rs", (OLD + 5, OLD + 5))
    assert stages(root, cache) == {}


def test_equal_files_share_what_is_known_but_not_their_path(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    run(root, cache=cache)
    (root / "src/one.rs").rename(root / "src/two.rs")
    (root / "src/lib.rs").write_text("mod two;")
    assert [finding.path for finding in run(root, cache=cache)[0].findings] == ["src/two.rs"]


@pytest.mark.parametrize("column", ["facts", "summary"])
def test_a_corrupt_entry_is_computed_again(tree: Write, tmp_path: Path, column: str) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    first = run(root, cache=cache)
    with sqlite3.connect(database(cache)) as connection:
        connection.execute(f"UPDATE facts SET {column} = x'c1ff00'")
        connection.execute("UPDATE reports SET report = x'c1'")
    connection.close()
    assert run(root, cache=cache) == first


def test_a_file_that_is_no_database_is_replaced(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    first = run(root, cache=cache)
    for path in cache.iterdir():
        path.write_bytes(b"garbage" * 1000)
    assert run(root, cache=cache) == first
    assert stages(root, cache) == {}


def test_a_cache_that_cannot_be_made_is_a_warning(tree: Write, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    listener = Listener()
    (report,) = run(crate(tree), cache=blocked / "cache", listener=listener)
    assert len(report.findings) == 1
    assert [warning for warning in listener.warnings if "goes on without it" in warning]


def test_an_answer_is_not_kept_while_a_file_could_not_be_read(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    (root / "src/one.rs").write_bytes(b"\xff\xfe")
    assert len(run(root, cache=cache)[0].coverage.not_read) == 1
    (root / "src/one.rs").write_text(BARE)
    assert run(root, cache=cache)[0].coverage.not_read == ()


def test_rules_that_read_no_bodies_leave_nothing_that_others_would_miss(tree: Write, tmp_path: Path) -> None:
    root, cache = crate(tree), tmp_path / "cache"
    (root / "src/lib.rs").write_text(UNTIED)
    documentation, others = Options(select=("documentation",)), Options(ignore=("documentation",))
    assert run(root, cache=cache, options=documentation)[0].findings
    listener = Listener()
    found = run(root, cache=cache, options=others, listener=listener)
    assert found[0].findings
    assert found == run(root, options=others)
    assert listener.steps["reading"] == 2
    again = Listener()
    run(root, cache=cache, options=Options(select=("undocumented-unsafe",)), listener=again)
    assert again.steps["reading"] == 0
