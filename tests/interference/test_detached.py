"""`detached-while-shared`: each shape of the bug is found, each look-alike is left alone."""

from __future__ import annotations

import pytest
from shapes import BUGS, CUT, HELPED, LOOKS_FIRST, RIGHT, source

from scrutineer.facts.read import read_file
from scrutineer.model.finding import Finding
from scrutineer.model.target import CrateUnit
from scrutineer.rules.engine import check_unit
from scrutineer.rules.selection import select_rules
from scrutineer.rules.unit import Unit


def unit_of(text: str) -> Unit:
    """A crate of one file."""
    crate = CrateUnit(name="desk", root="src/lib.rs", kind="lib", edition="2021")
    files = (read_file("src/lib.rs", text.encode(), "2021"),)
    return Unit(crate, files, {"src/lib.rs": text.encode()}.__getitem__)


def findings(text: str) -> tuple[Finding, ...]:
    """What the rule says of a crate."""
    return check_unit(unit_of(text), select_rules(["detached-while-shared"]))


@pytest.mark.parametrize("shape", BUGS)
def test_each_shape_of_the_bug_is_found_with_an_interleaving(shape: str) -> None:
    """At the function that detaches, naming the removal and its claim; both threads are in the flow."""
    (found,) = findings(source(BUGS[shape]))
    assert (found.level, found.item) == ("error", "desk::Desk::close")
    assert "only ever" in found.related[0].message
    merged, *threads = found.flows
    assert merged.kind == "merged"
    assert len(threads) == 2


@pytest.mark.parametrize("shape", RIGHT)
def test_what_looks_alike_and_is_right_is_not_reported(shape: str) -> None:
    """Silence on code that keeps the claim true."""
    assert findings(source(RIGHT[shape])) == ()


def test_a_removal_that_asks_first_is_not_called_proved_wrong() -> None:
    """What a field's value decides is not modelled: a warning that says so, never an error and never silence."""
    (found,) = findings(source(LOOKS_FIRST))
    assert found.level == "warning"
    assert "looks at `place` first" in found.message


def test_a_container_that_is_returned_is_used_by_the_caller() -> None:
    """The function that lets it out from under the lock is where the fix belongs."""
    (found,) = findings(source((CUT + HELPED, "drop(self.take_all());")))
    assert (found.level, found.item) == ("error", "desk::Desk::take_all")
    assert "is returned" in found.message


def _flow_words(text: str) -> list[tuple[str, str, str]] | None:
    """The merged flow as thread, message and the text of the line; None if nothing is reported."""
    found = findings(text)
    lines = text.splitlines()
    steps = found[0].flows[0].steps if found and found[0].flows else ()
    return (
        [(step.thread, step.message, lines[step.start.line - 1].strip()) for step in steps] if found else None
    )


@pytest.mark.parametrize("shape", BUGS)
def test_every_step_stands_for_a_line_that_matters(shape: str) -> None:
    """Without the line that a step points to there is no such finding, or it has another flow."""
    text = source(BUGS[shape]).replace("; ", ";\n").replace("{ let mut", "{\nlet mut")
    (found,) = findings(text)
    before = _flow_words(text)
    lines = text.splitlines()
    for line in {step.start.line for step in found.flows[0].steps}:
        assert lines[line - 1].strip()
        without = "\n".join(lines[: line - 1] + lines[line:])
        assert _flow_words(without) != before, lines[line - 1]
