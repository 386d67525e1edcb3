"""What a person reads on a terminal."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import CHAIN, FULL, NOTE, RACE, RENDERING, finding, report

from scrutineer.model.finding import Report
from scrutineer.model.span import Position
from scrutineer.report.format_text import render
from scrutineer.report.rendering import Rendering, wants_color
from scrutineer.report.snippet import Sources

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def shown(report: Report, **changes: object) -> list[str]:
    return render(report, msgspec.structs.replace(RENDERING, **changes)).splitlines()


def test_a_finding_shows_its_line_with_carets_and_help() -> None:
    assert shown(report(CHAIN)) == [
        "warning[undocumented-unsafe]: unsafe block without a SAFETY comment",
        " --> src/node.rs:4:29",
        "  |",
        "4 |         for entry in list { unsafe { entry.remove() } }",
        "  |                             ^^^^^^^^^^^^^^^^^^^^^^^^^",
        "   = how it gets there:",
        "       1. src/node.rs:2: calls `g`",
        "       2. src/node.rs:3: calls `h`",
        "   = in: `demo::Node::release`",
        "   = help: say in a `// SAFETY:` comment above it what makes this sound",
        "",
        "1 warning in 1 file (3 unsafe blocks, 10 lines of code)",
    ]


def test_an_interleaving_has_a_column_for_each_thread() -> None:
    lines = shown(report(RACE), width=70)
    start = lines.index("   = one interleaving:")
    table = lines[start + 1 : lines.index("   = in: `demo::Node::release`")]
    assert [line.rstrip() for line in table] == [
        "         release                       │ set_cleared",
        "         ───────────────────────────── │ ─────────────────────────────",
        "       1 takes the list out of `inner` │",
        "         [holds inner]                 │",
        "         src/node.rs:3                 │",
        "       2                               │ removes the entry from the",
        "                                       │ list it believes is in",
        "                                       │ `inner` [holds inner]",
        "                                       │ src/node.rs:4",
        "       3 walks the list                │",
        "         src/node.rs:4                 │",
    ]
    assert "note: entries are removed here" in lines


def test_carets_stand_under_wide_characters_and_after_tabs() -> None:
    lines = shown(report(NOTE))
    assert lines[3:5] == [
        '5 |     let é = "日本"; unsafe { f() };',
        "  | " + " " * 20 + "^" * 14,
    ]


def test_a_place_of_several_lines_is_marked_on_its_first() -> None:
    assert shown(report(finding(6, 9, (8, 10))))[3:5] == ["6 |         unsafe {", "  |         ^^^^^^^^"]


def test_what_was_not_read_is_said_even_without_findings() -> None:
    lines = shown(report(coverage=FULL.coverage), hidden=2)
    assert lines[0] == "not read: src/50%,a:b.rs: not UTF-8 at byte 7"
    assert lines[-2:] == [
        "no findings in 2 files (3 unsafe blocks, 10 lines of code)",
        "2 notes not shown: --persona auditor",
    ]


def test_a_file_that_is_gone_costs_only_its_line() -> None:
    lines = shown(report(finding(1, 1, (1, 2), path="src/gone.rs")))
    assert lines[1] == " --> src/gone.rs:1:1"
    assert "in: `demo" in lines[2]


def test_colour_changes_nothing_but_colour() -> None:
    plain, painted = render(FULL, RENDERING), render(FULL, msgspec.structs.replace(RENDERING, color=True))
    assert "\x1b[" not in plain
    assert painted != plain
    assert ESCAPES.sub("", painted) == plain


@given(st.text(max_size=30), st.binary(max_size=400), st.integers(1, 3), st.integers(1, 200))
def test_nothing_hostile_reaches_the_terminal(words: str, source: bytes, line: int, column: int) -> None:
    hostile = finding(line, column, (line, column + 9), message=words, item=words, path=words, note=words)
    text = render(report(hostile), Rendering(read=lambda _: source))
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) is None


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 10_000))
def test_long_lines_are_cut_around_the_place_that_is_meant(before: int, meant: int, after: int) -> None:
    line = "a" * before + "X" * meant + "b" * after
    place = Position(1, before + 1), Position(1, before + meant + 1)
    snippet = Sources(lambda _: line.encode()).snippet("x", *place)
    assert snippet is not None
    assert len(snippet.text) <= 152
    assert snippet.text[snippet.start : snippet.start + snippet.width].startswith("X" * min(meant, 100))


@pytest.mark.parametrize(
    ("tty", "environment", "color"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals(tty: bool, environment: dict[str, str], color: bool) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: tty  # type: ignore[method-assign]
    assert wants_color(stream, environment) is color
