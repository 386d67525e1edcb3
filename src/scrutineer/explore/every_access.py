"""The search at the finest granularity: every step of every thread is a point where threads may switch."""

from __future__ import annotations

from scrutineer.explore.lock_order import note_order
from scrutineer.explore.program import FIRST_FAILURE, SELF_DEADLOCK, Broken, Kind, Program, State
from scrutineer.explore.races import StepRaces
from scrutineer.explore.search import Finding, Result
from scrutineer.explore.verdict import Bounds, VerdictKind


def search_every_access(
    program: Program, bounds: Bounds, *, start: State | None = None, races: bool = True, stop: bool = True
) -> Result:
    """Explore all states from `start` (the initial state). Without `races`, go on past them."""
    initial = start or program.layout.initial
    result = Result([initial], [(-1, -1, 0)], [], {}, set(), set())
    index = {initial: 0}
    states, parents = result.states, result.parents
    moves = program.moves
    threads = range(len(moves))
    ends = [len(nodes) for nodes in program.nodes]
    must_end = [t for t in threads if not program.model.threads[t].forever]
    locks = program.layout.lock_entries
    acquires = [[node.kind is Kind.ACQUIRE for node in nodes] for nodes in program.nodes]
    judge = StepRaces(program)
    limit = bounds.states
    position = 0
    while position < len(states):
        state = states[position]
        if races and (race := judge.at(state)):
            result.findings.append(race)
            if stop:
                return result
        awake = failed = False
        for thread in threads:
            for alternative, move in enumerate(moves[thread][state[thread]]):
                entries = list(state)
                after = move(entries)
                if after < 0:
                    if after <= FIRST_FAILURE:
                        awake = True
                        failed |= _failed(program, result, state, thread, after)
                    elif after == SELF_DEADLOCK:
                        failed = True
                        result.findings.append(Finding(VerdictKind.SELF_DEADLOCK, state, thread=thread))
                    continue
                awake = awake or not (alternative and program.nodes[thread][state[thread]].spurious)
                if acquires[thread][state[thread]]:
                    taken = [entry for entry in locks if state[entry] != entries[entry]]
                    note_order(result.order, program, state, thread, taken)
                entries[thread] = after
                following = tuple(entries)
                if following not in index:
                    index[following] = len(states)
                    if len(states) >= limit:
                        result.exhausted = False
                        return result
                    states.append(following)
                    parents.append((position, thread, alternative))
        if failed and stop:
            return result
        if not awake and not failed:
            _stopped(program, result, state, [t for t in must_end if state[t] != ends[t]])
            if result.findings and stop:
                return result
        position += 1
    return result


def _failed(program: Program, result: Result, state: State, thread: int, code: int) -> bool:
    failure = program.failure(code)
    if failure.broken is Broken.CUT:
        result.cuts.add(failure.what)
        return False
    result.findings.append(Finding(VerdictKind.VIOLATION, state, thread=thread, code=code))
    return True


def _stopped(program: Program, result: Result, state: State, unfinished: list[int]) -> None:
    """Judge a state in which no thread can go on."""
    if unfinished:
        result.findings.append(Finding(VerdictKind.DEADLOCK, state))
    elif code := program.final(list(state)):
        result.findings.append(Finding(VerdictKind.FINAL, state, code=code))
    else:
        result.finals.add(state)
