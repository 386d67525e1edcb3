"""From a finding of the search to the steps that show it."""

from __future__ import annotations

import msgspec

from scrutineer.explore.blocks import Block
from scrutineer.explore.describe import describe, next_step
from scrutineer.explore.program import (
    BLOCKED,
    FIRST_FAILURE,
    SELF_DEADLOCK,
    Broken,
    Failure,
    Program,
    Record,
    State,
    happens,
)
from scrutineer.explore.races import conflicting
from scrutineer.explore.schedule import Schedule, run_schedule, run_turn, turns_of
from scrutineer.explore.search import Finding
from scrutineer.explore.steps import Contract
from scrutineer.explore.verdict import ScheduleStep, VerdictKind


class Counterexample(msgspec.Struct, frozen=True):
    """A schedule and what is wrong after it."""

    kind: VerdictKind
    message: str
    schedule: Schedule
    steps: tuple[ScheduleStep, ...]
    """The steps of the schedule, then those that race, fail or block there."""
    contract: Contract | None
    racing: tuple[int, int] = (-1, -1)


def from_finding(program: Program, schedule: Schedule, finding: Finding) -> Counterexample:
    """Return the counterexample that the finding at the end of the schedule is."""
    if finding.kind is VerdictKind.RACE and finding.blocks:
        schedule = _up_to_race(program, schedule, finding)
    elif finding.kind is VerdictKind.VIOLATION and finding.blocks:
        schedule = (*schedule, *turns_of(finding.blocks[0]))
    return replayed(program, schedule)


def replayed(program: Program, schedule: Schedule) -> Counterexample:
    """Look at the state after the schedule and say what is wrong there."""
    state = run_schedule(program, schedule)[-1]
    steps = tuple(describe(program, schedule))
    threads = range(len(program.moves))
    records = [_touches(program, state, thread) for thread in threads]
    last = schedule[-1][0] if schedule else 0
    for one in threads:
        for other in threads:
            if one < other and (entry := conflicting(records[one], records[other])) is not None:
                pair = (one, other) if last != one else (other, one)
                return _race(program, schedule, steps, state, pair, entry)
    outcomes = [
        (thread, alternative, run_turn(program, state, (thread, alternative)))
        for thread in threads
        for alternative in range(len(program.moves[thread][state[thread]]))
    ]
    for thread, alternative, outcome in outcomes:
        if isinstance(outcome, int) and is_failure(program, outcome):
            failing = next_step(program, state, thread, alternative)
            message, contract = failure_message(program, program.failure(outcome), thread, failing)
            return Counterexample(VerdictKind.VIOLATION, message, schedule, (*steps, failing), contract)
    for thread, _, outcome in outcomes:
        if outcome == SELF_DEADLOCK:
            waiting = next_step(program, state, thread)
            message = f"`{waiting.name}` does {waiting.message} while it holds that lock itself"
            return Counterexample(
                VerdictKind.SELF_DEADLOCK, message, schedule, (*steps, waiting), waiting.contract
            )
    if any(
        outcome not in {BLOCKED, SELF_DEADLOCK} and not _by_chance(program, state, thread, alternative)
        for thread, alternative, outcome in outcomes
    ):
        return _nothing(schedule, steps)
    return _at_rest(program, schedule, steps, state)


def _nothing(schedule: Schedule, steps: tuple[ScheduleStep, ...]) -> Counterexample:
    message = "nothing is wrong after this schedule; no other was looked at"
    return Counterexample(VerdictKind.CUT, message, schedule, steps, None)


def is_failure(program: Program, code: int) -> bool:
    """Whether a step's result is a broken contract rather than a bound of the model."""
    return code <= FIRST_FAILURE and program.failure(code).broken is not Broken.CUT


def _by_chance(program: Program, state: State, thread: int, alternative: int) -> bool:
    """Whether the step is a wake-up that nobody asked for."""
    return alternative > 0 and program.nodes[thread][state[thread]].spurious


def _at_rest(
    program: Program, schedule: Schedule, steps: tuple[ScheduleStep, ...], state: State
) -> Counterexample:
    ends = [len(nodes) for nodes in program.nodes]
    waiting = tuple(next_step(program, state, t) for t in range(len(ends)) if state[t] != ends[t])
    stuck = [
        t for t, thread in enumerate(program.model.threads) if state[t] != ends[t] and not thread.forever
    ]
    if stuck:
        who = ", ".join(f"`{step.name}` at {step.message}" for step in waiting)
        return Counterexample(
            VerdictKind.DEADLOCK, f"nobody can go on: {who}", schedule, (*steps, *waiting), None
        )
    code = program.final(list(state))
    if not code:
        return _nothing(schedule, steps)
    failure = program.failure(code)
    message = f"all threads have finished, and this does not hold: {failure.what}"
    return Counterexample(VerdictKind.FINAL, message, schedule, steps, failure.contract)


def failure_message(
    program: Program, failure: Failure, thread: int, step: ScheduleStep
) -> tuple[str, Contract | None]:
    """Return the sentence for a step that fails, and the contract that it breaks."""
    name = program.model.threads[thread].name
    match failure.broken:
        case Broken.CHECK:
            return f"`{name}` breaks what it asserts at {step.at}", failure.contract
        case Broken.NULL:
            return f"null dereference: `{name}` uses {failure.what}", step.contract
        case _:
            return f"{failure.broken}: `{name}` at {failure.what}", step.contract


def _race(
    program: Program,
    schedule: Schedule,
    steps: tuple[ScheduleStep, ...],
    state: State,
    pair: tuple[int, int],
    entry: int,
) -> Counterexample:
    racing = tuple(next_step(program, state, thread) for thread in pair)
    names = " / ".join(step.name for step in racing)
    contract = next((step.contract for step in reversed(racing) if step.contract), None)
    ghost = " (a ghost: the program has no such cell)" if entry in program.layout.ghosts else ""
    message = f"{names} on {program.layout.names[entry]}{ghost}"
    return Counterexample(VerdictKind.RACE, message, schedule, (*steps, *racing), contract, pair)


def _touches(program: Program, state: State, thread: int) -> Record:
    """Return what the thread's next step touches, or nothing if it cannot happen."""
    touched: Record = []
    for move in program.recording[thread][state[thread]]:
        record: Record = []
        if happens(move(list(state), record)):
            touched += record
    return touched


def _up_to_race(program: Program, schedule: Schedule, finding: Finding) -> Schedule:
    """Lengthen the schedule until both threads are about to do the racing accesses."""
    state = finding.state
    mine, theirs = (_step_records(program, state, block) for block in finding.blocks)
    for i, one in enumerate(mine):
        for j, other in enumerate(theirs):
            if conflicting(one, other) is not None:
                return (*schedule, *turns_of(finding.blocks[0])[:i], *turns_of(finding.blocks[1])[:j])
    return schedule


def _step_records(program: Program, state: State, block: Block) -> list[Record]:
    """Return what each step of the block touches, the failing one at its end included."""
    records: list[Record] = []
    for turn in (*turns_of(block), (block.thread, 0 if block.steps else block.alternative)):
        record: Record = []
        moves = program.recording[turn[0]][state[turn[0]]]
        if turn[1] < len(moves) and (block.code or len(records) < block.steps):
            moves[turn[1]](list(state), record)
        records.append(record)
        after = run_turn(program, state, turn) if len(records) <= block.steps else state
        assert not isinstance(after, int)
        state = after
    return records
