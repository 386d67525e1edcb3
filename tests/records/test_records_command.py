"""The command line: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from record_files import dyad, record_json

from scrutineer.cli.command_records import command

MakeFolder = Callable[[dict[str, bytes]], Path]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture
def source(make_folder: MakeFolder) -> Path:
    files: dict[str, bytes] = {}
    for number in range(1000, 1040):
        cve = f"CVE-2026-{number}"
        file = "drivers/new/a.rs" if number % 20 == 0 else f"fs/f{number % 7}/a.c"
        files[f"{cve}.json"] = record_json(cve, files=(file,), title=f"\x1b[31mfix {number}")
        files[f"{cve}.dyad"] = dyad("6.12:7.0")
    return make_folder(files)


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    rows = [["6.12.8", "c_runtime", f"fs/f{number}", 1, 900, 700, 0] for number in range(7)]
    rows += [["7.1.13", "c_runtime", f"fs/f{number}", 1, 999, 800, 0] for number in range(7)]
    rows += [
        ["7.1.13", "rs_runtime", "drivers/new", 1, 99, 50, 5],
        ["7.1.13", "rs_vendored", "rust/syn", 1, 9999, 9999, 1],
    ]
    path = tmp_path / "sizes.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_a_question_without_its_exposure_names_the_option(source: Path, tmp_path: Path) -> None:
    into = tmp_path / "tables"
    assert run("ingest", source, "--into", into).exit_code == 0
    for words, option in (
        (("question", "density"), "--sizes"),
        (("question", "headline"), "--sizes"),
        (("question", "survival"), "--published"),
        (("batch", "2026-01-01"), "--published"),
    ):
        result = run(*words, "--from", into)
        assert result.exit_code == 2
        assert option in result.stderr
    assert run("summary", "--from", into).exit_code == 0


def test_one_release_is_enough_for_a_density_and_too_few_for_a_window(
    source: Path, sizes: Path, tmp_path: Path
) -> None:
    one = tmp_path / "one.jsonl"
    one.write_text("\n".join(line for line in sizes.read_text().splitlines() if "7.1.13" in line))
    into = tmp_path / "tables"
    run("ingest", source, "--sizes", one, "--into", into)
    result = run("question", "density", "--from", into, "--format", "json")
    (comparison,) = json.loads(result.stdout)["comparisons"]
    assert (comparison["rust"]["count"], comparison["rust"]["exposure"]) == (2, 50)
    assert (comparison["c"]["count"], comparison["c"]["exposure"]) == (38, 5600)
    assert comparison["placebo"] is None
    assert comparison["strength"] != "supported"
    result = run("question", "fix-window", "--from", into)
    assert result.exit_code == 2
    assert "2 releases" in result.stderr


def test_json_names_schema_and_tool(source: Path, sizes: Path, tmp_path: Path) -> None:
    into = tmp_path / "tables"
    run("ingest", source, "--sizes", sizes, "--into", into)
    for words in (("summary",), ("question", "by-class"), ("question", "unsafe-line")):
        document = json.loads(run(*words, "--from", into, "--format", "json").stdout)
        assert document["schema"] == 1
        assert document["tool"]["name"] == "scrutineer"
        assert document["assumptions"]


def test_text_states_assumptions_and_obeys_no_title(source: Path, sizes: Path, tmp_path: Path) -> None:
    into = tmp_path / "tables"
    run("ingest", source, "--sizes", sizes, "--into", into)
    text = run("summary", "--from", into).stdout
    assert "Assumptions" in text
    assert "Rust over C" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "words",
    [
        ("question", "no-such"),
        ("batch", "yesterday"),
        ("summary",),
    ],
)
def test_what_does_not_exist_is_status_2(words: tuple[str, ...], source: Path, tmp_path: Path) -> None:
    into = tmp_path / "tables"
    if words[0] != "summary":
        run("ingest", source, "--into", into)
    result = run(*words, "--from", into)
    assert result.exit_code == 2
    assert result.stderr.startswith("scrutineer: ")


def test_a_tree_option_must_name_a_folder(source: Path, tmp_path: Path) -> None:
    assert run("ingest", source, "--tree", "7.1", "--into", tmp_path / "t").exit_code == 2
    assert run("ingest", source, "--tree", f"7.1={tmp_path / 'no'}", "--into", tmp_path / "t").exit_code == 2
