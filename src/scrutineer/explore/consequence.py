"""What a race leads to: from the racing state on, every access is a switch point, until a contract breaks."""

from __future__ import annotations

from scrutineer.explore.counterexample import failure_message
from scrutineer.explore.describe import done_step, next_step
from scrutineer.explore.drawing import draw_lists
from scrutineer.explore.every_access import search_every_access
from scrutineer.explore.program import Broken, Program, State
from scrutineer.explore.schedule import path_to
from scrutineer.explore.search import Finding, Result
from scrutineer.explore.verdict import Bounds, Consequence, ScheduleStep, VerdictKind

MOST_STATES = 100_000
"""A consequence that lies further than this is not looked for: the race is the finding."""


def consequence_of(program: Program, bounds: Bounds, state: State) -> Consequence | None:
    """Return the shortest way from a racing state to a broken contract, or None if none is found."""
    limits = Bounds(states=min(bounds.states, MOST_STATES), steps_without_switch=bounds.steps_without_switch)
    result = search_every_access(program, limits, start=state, races=False)
    for finding in result.findings:
        if finding.kind in {VerdictKind.VIOLATION, VerdictKind.FINAL}:
            return _told(program, result, finding)
    return None


def _told(program: Program, result: Result, finding: Finding) -> Consequence:
    steps: list[ScheduleStep] = []
    for before, thread, alternative in path_to(result, result.states.index(finding.state)):
        entries = list(before)
        entries[thread] = program.moves[thread][before[thread]][alternative](entries)
        steps.append(done_step(program, before, tuple(entries), (thread, alternative)))
    failure = program.failure(finding.code)
    if finding.kind is VerdictKind.FINAL:
        message = f"in the end this does not hold: {failure.what}"
        return Consequence(message, tuple(steps), failure.contract, draw_lists(program, finding.state))
    failing = next_step(program, finding.state, finding.thread)
    message, contract = failure_message(program, failure, finding.thread, failing)
    if failure.broken is Broken.CHECK:
        contract = failure.contract
    return Consequence(message, (*steps, failing), contract, draw_lists(program, finding.state))
