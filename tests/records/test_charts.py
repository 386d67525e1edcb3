"""Every chart states n and its intervals, and is drawn."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from scrutineer.cli.command_records import command
from scrutineer.records.batch import batch
from scrutineer.records.charts.render import write_chart
from scrutineer.records.plot import plot
from scrutineer.records.questions import question, question_names
from scrutineer.records.store import Store


def words(svg: Path) -> str:
    return " ".join(ET.parse(svg).getroot().itertext())


def charts(store: Store) -> Iterator[tuple[str, dict[str, object]]]:
    for name in question_names():
        yield name, plot(question(name).answer(store))
    yield "batch", plot(batch(store, "2025-12-16"))


def test_every_question_is_drawn_with_n_and_interval(real: Store, tmp_path: Path) -> None:
    for name, spec in charts(real):
        path = tmp_path / f"{name}.svg"
        write_chart(spec, path)
        text = words(path)
        assert "n = " in text or "n at the right" in text, name
        assert "95 %" in text, name
        assert "2026-08-21" in text, name


def test_the_headline_chart_shows_its_verdict_and_every_count(real: Store, tmp_path: Path) -> None:
    write_chart(plot(question("headline").answer(real)), tmp_path / "a.svg")
    text = words(tmp_path / "a.svg")
    assert "Not decidable" in text
    assert "11 : 14,533" in text


def test_the_command_writes_what_it_says(real_folder: Path, tmp_path: Path) -> None:
    png, svg = tmp_path / "a.png", tmp_path / "b.svg"
    run = CliRunner().invoke
    assert run(command, ["plot", "density", "--from", str(real_folder), "--output", str(png)]).exit_code == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    words_of = [
        "plot",
        "batch",
        "--day",
        "2025-12-16",
        "--from",
        str(real_folder),
        "--output",
        str(svg),
        "--format",
        "json",
    ]
    document = json.loads(run(command, words_of).stdout)
    assert document["written"] == str(svg)
    assert "vega-lite" in document["chart"]["$schema"]
    assert "Rust: 1" in words(svg)


@pytest.mark.parametrize(
    "more", [["plot", "batch"], ["plot", "density", "--output", "a.pdf"], ["plot", "nothing"]]
)
def test_what_cannot_be_drawn_is_status_2(more: list[str], real_folder: Path) -> None:
    assert CliRunner().invoke(command, [*more, "--from", str(real_folder)]).exit_code == 2
