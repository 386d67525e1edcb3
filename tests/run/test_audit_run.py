from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from running import Listener, run

from scrutineer.facts import read as facts_read
from scrutineer.model.file import FileFacts
from scrutineer.run import checking, executor, reading
from scrutineer.run.options import Options
from trees import ARGUED, BARE, STRICT, Write


def crate(tree: Write, **files: str) -> Path:
    return tree(
        {
            "Cargo.toml": STRICT,
            "src/lib.rs": "mod one;\nmod two;\n",
            "src/one.rs": BARE,
            "src/two.rs": ARGUED,
            **files,
        }
    )


def test_a_crate_is_read_whole_and_its_findings_are_in_source_order(tree: Write) -> None:
    (report,) = run(crate(tree, **{"src/lib.rs": f"mod one;\nmod two;\n{BARE}"}))
    assert (report.coverage.files, report.coverage.read, report.coverage.not_read) == (3, 3, ())
    assert [(f.path, f.rule) for f in report.findings] == [
        ("src/lib.rs", "undocumented-unsafe"),
        ("src/one.rs", "undocumented-unsafe"),
    ]
    assert report.inventory.unsafe_blocks == 3


def test_what_cannot_be_read_is_listed_and_the_rest_is_audited(tree: Write) -> None:
    root = crate(tree)
    (root / "src/latin.rs").write_bytes(b"// caf\xe9\nfn f() {}")
    (root / "src/deep.rs").write_text("fn f() { " + "(" * 100_000 + ")" * 100_000 + " }")
    (root / "src/locked.rs").symlink_to(root / "nowhere.rs")
    (report,) = run(root)
    assert [unread.path for unread in report.coverage.not_read] == [
        "src/deep.rs",
        "src/latin.rs",
        "src/locked.rs",
    ]
    assert all(unread.why for unread in report.coverage.not_read)
    assert (report.coverage.files, report.coverage.read) == (6, 3)
    assert [finding.path for finding in report.findings] == ["src/one.rs"]


def test_files_that_no_mod_reaches_are_named_and_audited_all_the_same(tree: Write) -> None:
    (report,) = run(crate(tree, **{"src/old/copy.rs": BARE}))
    assert report.coverage.unreached == ("src/old/copy.rs",)
    assert {finding.path for finding in report.findings} == {"src/one.rs", "src/old/copy.rs"}


def test_modules_are_followed_as_rust_places_them(tree: Write) -> None:
    files = {
        "src/lib.rs": 'mod flat; mod nested; #[path = "odd/name.rs"] mod renamed; mod inline { mod inner; }\n'
        '#[cfg_attr(unix, path = "unix.rs")] mod sys;',
        "src/flat.rs": "mod child;", "src/flat/child.rs": "", "src/nested/mod.rs": "mod child;", "src/nested/child.rs": "",
        "src/odd/name.rs": "mod beside;", "src/odd/beside.rs": "", "src/inline/inner.rs": "", "src/unix.rs": "", "src/dead.rs": "",
    }  # fmt: skip
    (report,) = run(tree({"Cargo.toml": STRICT, **files}))
    assert report.coverage.unreached == ("src/dead.rs",)


def test_a_file_of_several_crates_is_reported_once(tree: Write) -> None:
    files = {"tests/a.rs": "mod common;", "tests/b.rs": "mod common;", "tests/common/mod.rs": BARE}
    (report,) = run(crate(tree, **files))
    found = [finding for finding in report.findings if finding.path == "tests/common/mod.rs"]
    assert [finding.level for finding in found] == ["note"]


def test_processes_change_nothing_but_the_time(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = crate(tree, **{f"src/many{n}.rs": BARE + ARGUED * n for n in range(40)})
    alone = run(root)
    monkeypatch.setattr(executor, "SMALL", 0)
    assert run(root, processes=2) == alone
    assert run(root, processes=2, cache=root / "cache") == alone


def test_a_file_that_kills_its_reader_costs_only_itself(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_or_die(path: str, text: bytes, edition: str, *, lower: bool) -> FileFacts:
        if path == "src/killer.rs":
            os._exit(9)
        return facts_read.read_file(path, text, edition, lower=lower)

    monkeypatch.setattr(reading, "read_file", read_or_die)
    monkeypatch.setattr(executor, "SMALL", 0)
    (report,) = run(crate(tree, **{"src/killer.rs": BARE}), processes=2)
    assert [unread.path for unread in report.coverage.not_read] == ["src/killer.rs"]
    assert [finding.path for finding in report.findings] == ["src/one.rs"]


def test_a_crate_whose_check_fails_is_not_called_clean(tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("broken")

    monkeypatch.setattr(checking, "check_unit", fail)
    (report,) = run(crate(tree))
    (unread,) = report.coverage.not_read
    assert "crate `strict` was not checked" in unread.why


def test_excluded_files_are_not_part_of_the_target(tree: Write) -> None:
    root = crate(tree, **{"src/generated/x.rs": BARE})
    (report,) = run(root, options=Options(exclude=("src/generated", "*/one.rs")))
    assert (report.coverage.files, report.findings) == (2, ())


def test_progress_counts_every_file_and_crate(tree: Write) -> None:
    listener = Listener()
    run(crate(tree), listener=listener)
    assert listener.steps == {"reading": 3, "checking": 1}


def test_unsafe_operations_are_counted_where_they_were_resolved(tree: Write) -> None:
    text = "pub unsafe fn f() {}\npub fn g(p: *const u8) { unsafe { f(); let x = *p; unknown(); } }\n"
    root = tree({"src/lib.rs": text, "src/main.rs": "mod lib;\nfn main() {}"})
    inventory = run(root)[0].inventory
    assert (inventory.unsafe_sites, inventory.unknown_sites) == (2, 1)
    selected = run(root, options=Options(select=("unused-allow",)))[0].inventory
    assert (selected.unsafe_sites, selected.unknown_sites) == (msgspec.UNSET, msgspec.UNSET)
    (several,) = [run(root, root)[0].inventory]
    assert several == inventory
