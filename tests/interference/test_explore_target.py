"""`explore --finding` and `explore --pair`: models that are taken from source, as a user sees them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shapes import RIGHT, source

from scrutineer.cli.main import command

DRIVER = str(Path(__file__).parents[2] / "examples" / "driver")


def run(*arguments: str) -> Result:
    """The command, without a cache."""
    return CliRunner().invoke(command, [*arguments, "--no-cache"])


def reported(target: str) -> list[dict[str, str]]:
    """Findings of the rule in a target."""
    done = run("audit", target, "--format", "json", "--select", "detached-while-shared")
    found: list[dict[str, str]] = json.loads(done.output)["findings"]
    return found


def test_the_example_driver_has_the_bug_and_its_picture_names_every_line() -> None:
    """`audit` reports it, `explore --finding` shows the race, the claim, and where each step stands."""
    (found,) = reported(DRIVER)
    assert (found["level"], found["item"]) == ("error", "doorbell::port::Port::close")
    done = run("explore", "--finding", found["id"][:10], DRIVER)
    assert done.exit_code == 1
    assert "data race: close / cancel on item1.links" in done.output
    assert "never into any other" in done.output
    lines = (Path(DRIVER) / "src/port.rs").read_text().splitlines()
    said = {"lock(": "lock()", "read list1.first": "mem::take", "write item1.links": ".remove("}
    for words, code in said.items():
        (step, *_) = [line for line in done.output.splitlines() if words in line and "src/port.rs:" in line]
        number = int(step.split("src/port.rs:")[1].split()[0])
        assert code in lines[number - 1]


def test_two_functions_that_are_right_are_proved_within_bounds(tmp_path: Path) -> None:
    """`--pair` also answers where nothing is reported."""
    (tmp_path / "desk.rs").write_text(source(RIGHT["re-locked around each step"]))
    done = run("explore", "--pair", "Desk::close", "Ticket::give_up", str(tmp_path / "desk.rs"))
    assert done.exit_code == 0
    assert "proved within bounds" in done.output
    assert "assumes that both can run at once" in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--finding", "0000"), "no finding `0000`"),
        (("--pair", "Port::close", "Port::nowhere"), "no function `Port::nowhere`"),
        (("--pair", "Port::open", "Waiter::outcome"), "touch no container under one lock"),
    ],
)
def test_what_cannot_be_explored_is_said(words: tuple[str, ...], message: str) -> None:
    """Wrong names are errors of usage, with the name in the message."""
    done = run("explore", *words, DRIVER)
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.full
@pytest.mark.parametrize("fixed", [True, False])
def test_the_kernel_driver_before_and_after_its_fix(fixed: bool) -> None:
    """The bug is found before the fix and proved away after it; the second instance is in both, as a warning."""
    tree = os.environ.get("SCRUTINEER_KERNEL_TREE" if fixed else "SCRUTINEER_KERNEL_TREE_BEFORE_FIX")
    if not tree:
        pytest.skip("needs a Linux tree")
    found = {
        each["item"].rpartition("node::")[2].rpartition("process::")[2]: each["level"]
        for each in reported(tree)
    }
    second = {"Process::deferred_release": "warning"}
    assert found == (second if fixed else {"Node::release": "error", **second})
    done = run("explore", "--pair", "Node::release", "NodeDeath::set_cleared", tree)
    assert ("proved within bounds" if fixed else "data race: release / set_cleared") in done.output
