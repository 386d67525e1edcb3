"""Schedules: which thread does a step when, run step by step, and named so that they can be run again."""

from __future__ import annotations

import itertools
import re
from typing import TypeAlias

from scrutineer.explore.blocks import Block
from scrutineer.explore.model import ModelError
from scrutineer.explore.program import Program, State
from scrutineer.explore.search import Result

Turn: TypeAlias = tuple[int, int]
"""(thread, alternative): one step of one thread."""
Schedule: TypeAlias = tuple[Turn, ...]

_RUN = re.compile(r"(\d+)(?:c(\d+))?(?:x(\d+))?")


def run_turn(program: Program, state: State, turn: Turn) -> State | int:
    """Do one step; return the state after it, or why it cannot be done."""
    thread, alternative = turn
    moves = program.moves[thread][state[thread]]
    if alternative >= len(moves):
        raise ModelError("the schedule goes on after the end of a thread")
    entries = list(state)
    after = moves[alternative](entries)
    if after < 0:
        return after
    entries[thread] = after
    return tuple(entries)


def run_schedule(program: Program, schedule: Schedule) -> list[State]:
    """Return the states that the schedule goes through, the initial one first. Raises ModelError if it is stuck."""
    states = [program.layout.initial]
    for turn in schedule:
        after = run_turn(program, states[-1], turn)
        if isinstance(after, int):
            name = program.model.threads[turn[0]].name
            raise ModelError(f"the schedule is not one of this model: `{name}` cannot go on")
        states.append(after)
    return states


def turns_of(block: Block) -> Schedule:
    """Return the block's steps as turns."""
    return (
        ((block.thread, block.alternative), *[(block.thread, 0)] * (block.steps - 1)) if block.steps else ()
    )


def path_to(result: Result, index: int) -> list[tuple[State, int, int]]:
    """Return (state before, thread, alternative) for every move on the way to the state with this index."""
    found = []
    while index:
        before, thread, alternative = result.parents[index]
        found.append((result.states[before], thread, alternative))
        index = before
    return found[::-1]


def encode(program: Program, schedule: Schedule) -> str:
    """Return the replay id of a schedule: the program's fingerprint and runs of turns, such as `1f-0x3-1c2`."""
    runs = []
    for (thread, alternative), group in itertools.groupby(schedule):
        count = len(list(group))
        runs.append(
            f"{thread}" + (f"c{alternative}" if alternative else "") + (f"x{count}" if count > 1 else "")
        )
    return "-".join([program.fingerprint, *runs])


def decode(program: Program, replay: str) -> Schedule:
    """Return the schedule of a replay id. Raises ModelError if it is malformed or belongs to another model."""
    fingerprint, *runs = replay.strip().split("-")
    if fingerprint != program.fingerprint:
        raise ModelError(f"replay id `{replay}` belongs to another model, or this one has changed since")
    turns: list[Turn] = []
    for run in runs:
        parsed = _RUN.fullmatch(run)
        if parsed is None or int(parsed[1]) >= len(program.moves):
            raise ModelError(f"`{run}` in the replay id is not a run of steps")
        turns += [(int(parsed[1]), int(parsed[2] or 0))] * int(parsed[3] or 1)
    return tuple(turns)
