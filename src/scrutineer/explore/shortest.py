"""The easiest schedule to read that ends in a counterexample: fewest context switches, then fewest steps."""

from __future__ import annotations

import heapq
from typing import NamedTuple

from scrutineer.explore.program import Program, State
from scrutineer.explore.schedule import Schedule, turns_of
from scrutineer.explore.search import Examiner, Finding
from scrutineer.explore.verdict import Bounds, VerdictKind

MOST_VISITED = 20_000
"""How many (state, last thread) pairs are looked at before the first schedule found is kept."""


class _Visit(NamedTuple):
    """One entry of the priority queue; compared by its first three fields."""

    switches: int
    steps: int
    order: int
    state: State
    last: int
    before: int
    turns: Schedule
    finding: Finding | None


def shortest(program: Program, bounds: Bounds, kind: VerdictKind) -> tuple[Schedule, Finding] | None:
    """Return the schedule up to a finding of this kind, or None if the search gets too long."""
    examiner = Examiner(program, bounds)
    queue = [_Visit(0, 0, 0, program.layout.initial, -1, -1, (), None)]
    done: list[_Visit] = []
    seen: set[tuple[State, int]] = set()
    order = 0
    while queue and len(done) < MOST_VISITED:
        visit = heapq.heappop(queue)
        if visit.finding is not None:
            return _trace(done, visit), visit.finding
        if (visit.state, visit.last) in seen:
            continue
        seen.add((visit.state, visit.last))
        done.append(visit)
        blocks, findings = examiner.examine(visit.state)
        for finding in findings:
            if finding.kind is kind:
                order += 1
                switches = visit.switches + _more_switches(finding, visit.last)
                steps = visit.steps + sum(block.steps for block in finding.blocks)
                heapq.heappush(
                    queue,
                    _Visit(switches, steps, order, visit.state, visit.last, len(done) - 1, (), finding),
                )
        for block in blocks:
            if block.code:
                continue
            order += 1
            switches = visit.switches + (visit.last not in {-1, block.thread})
            heapq.heappush(
                queue,
                _Visit(
                    switches,
                    visit.steps + block.steps,
                    order,
                    block.state,
                    block.thread,
                    len(done) - 1,
                    turns_of(block),
                    None,
                ),
            )
    return None


def _more_switches(finding: Finding, last: int) -> int:
    threads = [block.thread for block in finding.blocks] or [finding.thread]
    return len(threads) - (last in threads) if threads[0] >= 0 else 0


def _trace(done: list[_Visit], visit: _Visit) -> Schedule:
    turns: list[Schedule] = []
    while visit.before >= 0:
        visit = done[visit.before]
        turns.append(visit.turns)
    return tuple(turn for part in reversed(turns) for turn in part)
