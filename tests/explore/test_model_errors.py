"""A mistake in a model is reported with the model's own file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from scrutineer.cli.main import command

HEAD = """from scrutineer.explore import Draft, atomic
model = Draft("wrong")
model.cell("counter")
model.array("slot", [1, 2])
model.mutex("guard")
model.rwlock("table")
model.condition("changed")
def second(s, x): s.slot[1] = x
@model.thread
def first(s):
"""


def errors(tmp_path: Path, body: str) -> tuple[int, str]:
    path = tmp_path / "wrong.py"
    path.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
    result = CliRunner().invoke(command, ["explore", str(path)])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("s.countre = 1", 11, "unknown cell `countre`; did you mean `counter`?"),
        ("x = 1\ns.counter = y", 12, "unknown name `y`"),
        ("s.gaurd.lock()", 11, "unknown lock `gaurd`; did you mean `guard`?"),
        ("s.guard.unlock()", 11, "thread `first` releases `guard`, which it does not hold"),
        ("with s.guard:\n    s.guard.unlock()", 12, "releases `guard`, which it does not hold"),
        ("while True:\n    s.counter = 1", 12, "thread `first` never ends"),
        ("x = 0\nwhile x < 1:\n    s.counter = 2", 13, "thread `first` never ends: 10000 steps"),
        ("s.slot = 1", 11, "`slot` is an array of 2"),
        ("s.counter[1] = 1", 11, "`counter` is a single cell"),
        ("with s.guard.read():\n    pass", 11, "`guard` is not a read-write lock"),
        ("s.changed.wait(s.counter)", 11, "unknown lock `counter`"),
        ("try:\n    pass\nfinally:\n    pass", 11, "`try:` is not part of the model language"),
        ("with atomic:\n    s.guard.lock()", 12, "`s.guard.lock()` cannot stand in `with atomic:`"),
        ("if s.counter and s.slot[1]:\n    pass", 11, "split the test"),
        ("x = [1]", 11, "`[1]` is not part of the model language"),
        ("first(s)", 11, "`first` calls itself"),
        ("second(s, s.counter)", 11, "read `s.counter` into a local before it is passed"),
        ("for k in range(s.counter):\n    pass", 11, "a `for` runs over `range(...)` of known numbers"),
    ],
)
def test_a_mistake_has_a_line(tmp_path: Path, body: str, line: int, message: str) -> None:
    status, output = errors(tmp_path, body)
    assert status == 2
    assert message in output
    assert f"wrong.py:{line}: " in output


def test_an_exception_of_the_file_itself_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text("items = 3\nmodel = items.nothing\n")
    result = CliRunner().invoke(command, ["explore", str(path)])
    assert result.exit_code == 2
    assert "wrong.py:2: AttributeError" in result.output


def test_a_file_without_a_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_text("x = 1\n")
    result = CliRunner().invoke(command, ["explore", str(path)])
    assert (result.exit_code, "defines no `model`" in result.output) == (2, True)


def test_an_unknown_bound_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "sized.py"
    path.write_text("def model(items=3):\n    return None\n")
    result = CliRunner().invoke(command, ["explore", str(path), "--bound", "item=4"])
    assert (result.exit_code, "it has: items" in result.output) == (2, True)
