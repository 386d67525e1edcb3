"""The command as a user meets it: texts, exit statuses, exports, replay, errors in a model."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scrutineer.cli.main import command

EXAMPLES = Path(__file__).parents[2] / "examples"
DEATH_LIST = str(EXAMPLES / "death_list.py")
SPIN = shutil.which("spin")
COMPILER = shutil.which("cc")


def explore(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["explore", *arguments])


def test_the_death_list_is_told_in_the_promised_order() -> None:
    result = explore(DEATH_LIST)
    assert result.exit_code == 1
    parts = [
        "data race: release / set_cleared(item 1) on item1.next",
        'contract: "`item` must not be in a different linked list (with the same id)" (rust/kernel/list.rs',
        "T0 release",
        ">> read item1.next",
        "locks held there: T0: nothing   T1: owner.inner",
        "null dereference",
        "before:\n  death_list: 1 -> 2 -> 3 -> (1)",
        "the fix: release keeps the lock",
        "with it: proved within bounds",
        "bounds: items 3, removers 2, threads 3, states",
        "replay: ",
        "This is a schedule of the model, not an observation of the program.",
    ]
    places = [result.output.index(part) for part in parts]
    assert places == sorted(places)


def test_the_repaired_death_list_is_proved_within_its_bounds() -> None:
    result = explore(DEATH_LIST, "--fix", "--bound", "items=4", "--bound", "removers=3")
    assert result.exit_code == 0
    assert result.output.startswith("proved within bounds: no schedule breaks the model\n")
    assert "items 4, removers 3, threads 4" in result.output


def test_a_bound_that_is_hit_is_said_and_nothing_is_proved() -> None:
    result = explore(DEATH_LIST, "--fix", "--states", "20")
    assert result.exit_code == 0
    assert result.output.startswith("cut short: not explored beyond 20 states\n")
    assert "proved" not in result.output


@pytest.mark.parametrize(
    ("example", "verdict"),
    [
        ("if_let_guard.py", "self-deadlock: "),
        ("lock_order.py", "deadlock: "),
        ("lost_wakeup.py", "deadlock: "),
        ("last_owner.py", "violation: "),
        ("stolen_work.py", "violation: "),
        ("death_list.py", "data race: "),
    ],
)
def test_every_example_fails_as_its_page_says_and_its_fix_does_not(example: str, verdict: str) -> None:
    broken, repaired = explore(str(EXAMPLES / example)), explore(str(EXAMPLES / example), "--fix")
    assert (broken.exit_code, broken.output.startswith(verdict)) == (1, True)
    assert (repaired.exit_code, repaired.output.startswith("proved within bounds")) == (0, True)
    table = broken.output.split("\n\n")[1].splitlines()
    assert sum(not line.startswith(" " * 10) for line in table) <= 13


def test_a_lost_wakeup_shows_who_sleeps_for_ever() -> None:
    output = explore(str(EXAMPLES / "lost_wakeup.py")).output
    assert "notify_one(changed): nobody waits" in output
    assert ">> asleep on changed" in output


def test_a_replay_id_gives_the_same_schedule_again() -> None:
    first = explore(DEATH_LIST, "--format", "json")
    verdict = json.loads(first.output)["verdict"]
    again = json.loads(explore(DEATH_LIST, "--replay", verdict["replay"], "--format", "json").output)
    assert again["verdict"]["steps"] == verdict["steps"]
    assert again["verdict"]["kind"] == "data race"


def test_a_schedule_that_is_cut_off_proves_nothing() -> None:
    replay = json.loads(explore(DEATH_LIST, "--format", "json").output)["verdict"]["replay"]
    result = explore(DEATH_LIST, "--replay", replay.rpartition("-")[0])
    assert result.exit_code == 0
    assert result.output.startswith("cut short: nothing is wrong after this schedule; no other was looked at")


def test_a_replay_id_of_another_model_is_refused() -> None:
    result = explore(str(EXAMPLES / "lock_order.py"), "--replay", "00000000-0x2")
    assert result.exit_code == 2
    assert "another model" in result.output


def test_designs_of_the_list_are_compared() -> None:
    result = explore("compare", str(EXAMPLES / "list_api"))
    assert result.exit_code == 1
    rows = {line[:24].strip(): line for line in result.output.splitlines()}
    assert "data race" in rows["unsafe remove"]
    assert "data race" in rows["id check in a plain fiel"]
    assert "item1.id" in result.output
    assert "safe: proved within bounds" in rows["id check in an atomic"]
    assert "none: safe to call" in rows["id check in an atomic"]
    assert "safe: proved within bounds" in rows["removal by cursor under"]


def test_json_flows_have_one_thread_each_and_one_merged() -> None:
    flows = json.loads(explore(DEATH_LIST, "--format", "json").output)["flows"]
    assert [flow["kind"] for flow in flows] == ["merged", "thread", "thread"]
    assert len(flows[0]["steps"]) == len(flows[1]["steps"]) + len(flows[2]["steps"])
    last = flows[0]["steps"][-1]
    assert (last["message"], last["locks"]) == ("write item1.next", ["owner.inner"])
    assert last["path"].endswith("kernel_list.py")
    assert last["start"]["line"] > 0


@pytest.mark.parametrize("example", ["death_list.py", "lost_wakeup.py"])
def test_the_picture_is_well_formed_and_stands_alone(example: str) -> None:
    for options in ([], ["--fix"]):
        picture = ET.fromstring(explore(str(EXAMPLES / example), "--export", "svg", *options).output)
        texts = [text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert any("bounds: " in text for text in texts)
        assert not [e for e in picture.iter() if any(name.endswith("href") for name in e.attrib)]


def test_the_shiviz_log_parses_and_racing_accesses_are_unordered() -> None:
    log = explore(DEATH_LIST, "--export", "shiviz").output
    events = re.findall(r"(?P<host>\S*) (?P<clock>{.*})\n(?P<event>.*)", log)
    assert len(events) * 2 == len(log.splitlines())
    (one, clock_one, _), (other, clock_other, _) = events[-2:]
    mine, theirs = json.loads(clock_one), json.loads(clock_other)
    assert theirs.get(one, 0) < mine[one]
    assert mine.get(other, 0) < theirs[other]


@pytest.mark.skipif(not (SPIN and COMPILER), reason="SPIN (Debian's `spin`) or a C compiler is not installed")
@pytest.mark.parametrize(("items", "removers", "states"), [(3, 2, 2_427), (8, 4, 436_847)])
def test_spin_stores_the_same_states_and_its_two_initial_ones(
    tmp_path: Path, items: int, removers: int, states: int
) -> None:
    errors, stored = run_spin(
        tmp_path, DEATH_LIST, "--fix", "--bound", f"items={items}", "--bound", f"removers={removers}"
    )
    assert (errors, stored) == (0, states)


@pytest.mark.skipif(not (SPIN and COMPILER), reason="SPIN (Debian's `spin`) or a C compiler is not installed")
@pytest.mark.parametrize("example", ["lock_order.py", "lost_wakeup.py", "stolen_work.py", "last_owner.py"])
def test_spin_agrees_about_the_examples(tmp_path: Path, example: str) -> None:
    model = str(EXAMPLES / example)
    finest = json.loads(explore(model, "--fix", "--granularity", "access", "--format", "json").output)
    errors, stored = run_spin(tmp_path, model, "--fix")
    assert (errors, stored) == (0, finest["verdict"]["states"] + 2)
    assert run_spin(tmp_path, model)[0] == 1


def run_spin(folder: Path, *arguments: str) -> tuple[int, int]:
    """Return SPIN's number of errors and of stored states."""
    (folder / "model.pml").write_text(explore(*arguments, "--export", "promela").output)
    assert SPIN
    assert COMPILER
    subprocess.run([SPIN, "-a", "model.pml"], cwd=folder, check=True, capture_output=True)
    flags = ["-O1", "-DNOREDUCE", "-DSAFETY", "-o", "pan", "pan.c"]
    subprocess.run([COMPILER, *flags], cwd=folder, check=True, capture_output=True)
    output = subprocess.run(
        ["./pan", "-m1000000"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    errors, stored = re.search(r"errors: (\d+)", output), re.search(r"(\d+) states, stored", output)
    assert errors
    assert stored
    return int(errors[1]), int(stored[1])
