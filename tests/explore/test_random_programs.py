"""The block search against the naive search, on random programs: no difference may be seen."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from oracle import Oracle
from oracle import State as OracleState
from programs import CODES, build

from scrutineer.explore.compile import compile_model
from scrutineer.explore.every_access import search_every_access
from scrutineer.explore.explore import explore, replay
from scrutineer.explore.layout import names_of_locals
from scrutineer.explore.program import Program, State, is_awake
from scrutineer.explore.search import Result, search
from scrutineer.explore.show.rows import MOST_ROWS, table
from scrutineer.explore.verdict import Bounds, VerdictKind

MOST_STATES = 6_000


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def compare(codes: list[list[int]]) -> None:
    model = build(codes)
    seen = Oracle(model, [names_of_locals(thread.steps) for thread in model.threads]).explore(MOST_STATES)
    if seen is None:
        return
    program = compile_model(model)
    finest = search_every_access(program, Bounds(), stop=False)
    assert len(finest.states) == seen.states
    for result in (finest, search(program, Bounds(), stop=False)):
        kinds = {finding.kind for finding in result.findings}
        assert (VerdictKind.RACE in kinds) == seen.race
        if not seen.race:
            assert {view(program, state) for state in result.finals} == seen.finals
            assert states_of(program, result, VerdictKind.DEADLOCK) == seen.deadlocks
            assert places_of(program, result, VerdictKind.SELF_DEADLOCK) == seen.self_deadlocks
            assert places_of(program, result, VerdictKind.VIOLATION) == seen.violations


@_settings(150)
@given(CODES)
def test_a_verdict_tells_what_the_search_found(codes: list[list[int]]) -> None:
    model = build(codes)
    result = search(compile_model(model), Bounds(states=MOST_STATES))
    verdict = explore(model, Bounds(states=MOST_STATES))
    found = {finding.kind for finding in result.findings}
    if verdict.kind in {VerdictKind.PROVED, VerdictKind.CUT, VerdictKind.LOCK_ORDER}:
        assert not found
        return
    assert verdict.kind in found
    again = replay(model, verdict.replay)
    assert (again.kind, again.steps, again.message) == (verdict.kind, verdict.steps, verdict.message)
    assert len(table(verdict.steps).rows) <= MOST_ROWS


def counter_of(program: Program, thread: int, counter: int) -> float:
    """A program counter as the oracle counts: a sleeper stands half a step further."""
    nodes = program.nodes[thread]
    if counter >= len(nodes) - 1:
        return len(program.model.threads[thread].steps) + float(counter - len(nodes) + 1)
    at = nodes[counter].step.at
    assert at is not None
    return at.line - 1 + (0.5 if is_awake(nodes, counter) else 0.0)


def view(program: Program, state: State) -> OracleState:
    threads = range(len(program.moves))
    layout = program.layout
    values: list[int] = []
    for slot in layout.locks.values():
        owner = state[slot.start]
        values += [2 if owner == -1 - t else int(owner > 0 and owner >> t & 1) for t in threads]
    for slot in layout.conditions.values():
        values += [state[slot.start] >> t & 1 for t in threads]
    first = len(values) and min(slot.start for slot in layout.cells.values())
    return tuple(counter_of(program, t, state[t]) for t in threads), (*values, *state[first:])


def states_of(program: Program, result: Result, kind: VerdictKind) -> set[OracleState]:
    return {view(program, finding.state) for finding in result.findings if finding.kind is kind}


def places_of(program: Program, result: Result, kind: VerdictKind) -> set[tuple[int, float]]:
    found = set()
    for finding in result.findings:
        if finding.kind is kind:
            state = finding.blocks[0].state if finding.blocks else finding.state
            found.add((finding.thread, counter_of(program, finding.thread, state[finding.thread])))
    return found


@_settings(2_000)
@given(CODES)
def test_two_thousand_programs(codes: list[list[int]]) -> None:
    compare(codes)


@pytest.mark.full
@_settings(20_000)
@given(CODES)
def test_twenty_thousand_programs(codes: list[list[int]]) -> None:
    compare(codes)


@pytest.mark.soak
@_settings(100_000)
@given(CODES)
def test_a_hundred_thousand_programs(codes: list[list[int]]) -> None:
    compare(codes)
