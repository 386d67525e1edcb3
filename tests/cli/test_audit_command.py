from __future__ import annotations

import json
import resource
import subprocess
from pathlib import Path

import pytest
from commands import TOOL, scrutineer

from trees import ARGUED, BARE, STRICT, Write


def crate(tree: Write, text: str = BARE) -> Path:
    return tree({"Cargo.toml": STRICT, "src/lib.rs": text})


def test_exit_status_says_what_the_report_says(tree: Write, tmp_path: Path) -> None:
    root = crate(tree)
    assert scrutineer("audit", root, folder=tmp_path).status == 1
    assert scrutineer("audit", root, "--fail-on", "error", folder=tmp_path).status == 0
    assert scrutineer("audit", root, "--fail-on", "never", folder=tmp_path).status == 0
    assert scrutineer("audit", root, "--ignore", "documentation", folder=tmp_path).status == 0
    (root / "src/lib.rs").write_text(ARGUED)
    assert scrutineer("audit", root, folder=tmp_path).status == 0
    (root / "src/lib.rs").write_text("pub fn safe() {}")
    assert scrutineer("audit", root, folder=tmp_path).status == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no/such/place"], "no such file or folder"),
        ([".", "--select", "undocumented-unsaf"], "did you mean `undocumented-unsafe`?"),
        ([".", "--config", "missing.toml"], "missing.toml"),
        ([".", "--baseline", "missing.json"], "--write-baseline makes one"),
        ([".", "--rev", "HEAD"], "--rev needs a git repository"),
        ([".", "--format", "xml"], "xml"),
        ([".", "--nonsense"], "--nonsense"),
        ([".", "--target", "x86_64-unknown-linux-gun"], "did you mean `x86_64-unknown-linux-gnu`"),
        ([".", "--cfg", "a b"], "`a b` is no condition"),
        ([".", "--output", "no/such/folder/report"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_status_2_with_a_reason_and_no_traceback(
    tree: Write, words: list[str], message: str
) -> None:
    done = scrutineer("audit", *words, folder=crate(tree))
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_nothing_to_audit_is_status_3(tree: Write, tmp_path: Path) -> None:
    done = scrutineer("audit", tree({"README.md": ""}), folder=tmp_path)
    assert (done.status, "it holds no Rust file" in done.err) == (3, True)
    unread = tree({"lib.rs": ""})
    (unread / "lib.rs").write_bytes(b"\xff")
    done = scrutineer("audit", unread, folder=tmp_path)
    assert (done.status, "not UTF-8" in done.err) == (3, True)


def test_of_several_targets_paths_and_parts_tell_which_is_meant(tree: Write) -> None:
    root = tree(
        {
            "a/Cargo.toml": STRICT,
            "a/src/lib.rs": BARE,
            "b/Cargo.toml": STRICT,
            "b/src/lib.rs": ARGUED,
            "c.rs": BARE,
        }
    )
    done = scrutineer("audit", "a/", "b", "c.rs", "--format", "json", "--persona", "auditor", folder=root)
    report = done.report
    assert done.status == 1
    assert report["target"]["kind"] == "several"
    assert {finding["path"] for finding in report["findings"]} == {"a/src/lib.rs", "./c.rs"}
    assert [(part["label"], part["target"]["kind"], part["findings"]) for part in report["parts"]] == [
        ("a", "crate", 1),
        ("b", "crate", 0),
        (".", "file", 1),
    ]
    assert report["coverage"]["read"] == sum(part["coverage"]["read"] for part in report["parts"]) == 3
    text = scrutineer("audit", "a", "b", folder=root).out
    assert "a/src/lib.rs:2:5" in text
    assert "unsafe { *(p as *const u8) }" in text
    assert "parts" not in scrutineer("audit", "a", "--format", "json", folder=root).report


def test_a_target_is_this_folder_if_none_is_named(tree: Write) -> None:
    report = scrutineer("audit", "--format", "json", folder=crate(tree)).report
    assert report["target"] == {"kind": "crate", "name": "strict", "version": "0.1.0", "revision": None}
    assert [(f["path"], f["start"]) for f in report["findings"]] == [("src/lib.rs", {"line": 2, "column": 5})]


def test_output_goes_to_a_file(tree: Write) -> None:
    root = crate(tree)
    done = scrutineer("audit", "--format", "json", "--output", "report.json", folder=root)
    assert (done.status, done.out) == (1, "")
    assert len(json.loads((root / "report.json").read_text())["findings"]) == 1


def test_a_baseline_hides_what_is_known_even_when_lines_move(tree: Write) -> None:
    root = crate(tree)
    written = scrutineer("audit", "--write-baseline", "known.json", folder=root)
    assert written.status == 0
    assert '"line"' not in (root / "known.json").read_text()
    (root / "src/lib.rs").write_text("// one more line\n\n" + BARE)
    assert scrutineer("audit", "--baseline", "known.json", folder=root).status == 0
    (root / "src/lib.rs").write_text(BARE + BARE.replace("bare", "other"))
    done = scrutineer("audit", "--baseline", "known.json", "--format", "json", folder=root)
    assert [finding["item"] for finding in done.report["findings"]] == ["strict::other"]
    (root / "src/lib.rs").write_text(ARGUED)
    assert (
        "1 findings of known.json are gone"
        in scrutineer("audit", "--baseline", "known.json", folder=root).err
    )


def test_configuration_decides_where_the_command_line_is_silent(tree: Write) -> None:
    root = crate(tree)
    (root / "scrutineer.toml").write_text('fail-on = "error"\n')
    assert scrutineer("audit", folder=root).status == 0
    assert scrutineer("audit", "--fail-on", "warning", folder=root).status == 1
    assert scrutineer("audit", "--no-config", folder=root).status == 1
    (root / "scrutineer.toml").write_text("fail_on = 1\n")
    done = scrutineer("audit", folder=root)
    assert (done.status, "unknown key `fail_on`; did you mean `fail-on`?" in done.err) == (2, True)


def test_a_cache_that_cannot_be_written_is_a_warning(tree: Write) -> None:
    root = crate(tree)
    (root / "blocked").write_text("")
    done = scrutineer("audit", "--cache-dir", "blocked", folder=root, cache=True)
    assert done.status in {1, 2}  # click refuses a file as a folder
    done = scrutineer("audit", "--cache-dir", "blocked/inside", folder=root, cache=True)
    assert (done.status, "warning: the cache" in done.err) == (1, True)


def test_the_inventory_is_a_table_and_json(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": STRICT,
            "src/lib.rs": "mod inner;\n" + BARE,
            "src/inner.rs": ARGUED + ARGUED.replace("argued", "b"),
        }
    )
    table = scrutineer("inventory", folder=root).out
    assert [line.split()[0] for line in table.splitlines() if not line.startswith("-")] == [
        "module",
        "strict::inner",
        "strict",
        "total",
    ]
    found = scrutineer("inventory", "--format", "json", "--by", "crate", folder=root).report
    assert found["total"]["unsafe_blocks"] == 3
    (row,) = found["rows"]
    assert (row["name"], row["files"], row["inventory"]["documented_blocks"]) == ("strict", 2, 2)


def test_help_is_there_at_once() -> None:
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([TOOL, "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.150
