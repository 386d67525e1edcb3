"""Steps as a reader sees them: what was touched, with values, and which locks are held afterwards."""

from __future__ import annotations

from scrutineer.explore.expressions import Expression, Local
from scrutineer.explore.layout import element_name
from scrutineer.explore.program import ATOMIC, GIVE, TAKE, WRITE, Program, Record, State, is_awake
from scrutineer.explore.schedule import Schedule, Turn, run_schedule
from scrutineer.explore.steps import Acquire, Await, Check, Choose, Notify, Operation, Release, Step, Wait
from scrutineer.explore.verdict import Access, HeldLock, ScheduleStep


def describe(program: Program, schedule: Schedule) -> list[ScheduleStep]:
    """Return the steps of a schedule from the initial state."""
    states = run_schedule(program, schedule)
    return [
        done_step(program, before, after, turn)
        for turn, before, after in zip(schedule, states[:-1], states[1:], strict=True)
    ]


def done_step(program: Program, before: State, after: State, turn: Turn) -> ScheduleStep:
    """Return one step that was done."""
    thread, alternative = turn
    record = _record(program, before, turn)
    accesses = _accesses(program, record, before, after)
    changed = tuple(
        (name.rpartition(".")[2], after[entry])
        for name, entry in program.layout.locals[thread].items()
        if before[entry] != after[entry] and not name.rpartition(".")[2].startswith("$")
    )
    node = program.nodes[thread][before[thread]]
    step = node.step
    return ScheduleStep(
        thread=thread,
        name=program.model.threads[thread].name,
        message=step.text or _message(program, step, record, accesses, changed, before, turn),
        at=step.at,
        accesses=accesses,
        held=held_locks(program, after),
        locals=changed,
        contract=step.contract,
        private=not record and alternative == 0 and not isinstance(_first(step), Choose),
    )


def next_step(program: Program, state: State, thread: int, alternative: int = 0) -> ScheduleStep:
    """Return the step that a thread is about to do and that does not happen: it races, fails or blocks."""
    step = program.nodes[thread][state[thread]].step
    record = _record(program, state, (thread, alternative))
    accesses = tuple(
        Access(program.layout.names[entry], bool(flags & WRITE), bool(flags & ATOMIC))
        for entry, flags in record
        if not flags & (TAKE | GIVE)
    )
    first = _first(step)
    message = step.text or _synchronisation(program, first, record, state, (thread, alternative))
    if isinstance(first, Wait) and state[program.layout.conditions[first.condition].start] >> thread & 1:
        message = f"asleep on {first.condition}"
    if not message and isinstance(first, Check):
        message = "assert on " + ", ".join(access.place for access in accesses)
    if not message:
        message = "; ".join(f"{'write' if access.write else 'read'} {access.place}" for access in accesses)
    return ScheduleStep(
        thread=thread,
        name=program.model.threads[thread].name,
        message=message or (step.at.text if step.at else "private step"),
        at=step.at,
        accesses=accesses,
        held=held_locks(program, state),
        contract=step.contract,
        done=False,
    )


def held_locks(program: Program, state: State) -> tuple[HeldLock, ...]:
    """Return every lock that is held in the state, and by which thread."""
    threads = program.model.threads
    found = []
    for slot in program.layout.locks.values():
        for entry in range(slot.start, slot.start + max(1, slot.size)):
            value, name = state[entry], program.layout.names[entry]
            if value < 0:
                found.append(HeldLock(name, threads[-1 - value].name))
            found += [
                HeldLock(name, thread.name, shared=True)
                for t, thread in enumerate(threads)
                if value > 0 and value >> t & 1
            ]
    return tuple(found)


def _record(program: Program, state: State, turn: Turn) -> Record:
    record: Record = []
    program.recording[turn[0]][state[turn[0]]][turn[1]](list(state), record)
    return record


def _accesses(program: Program, record: Record, before: State, after: State) -> tuple[Access, ...]:
    written: set[int] = set()
    found = []
    for entry, flags in record:
        if flags & (TAKE | GIVE):
            continue
        if flags & WRITE:
            written.add(entry)
        value = after[entry] if entry in written else before[entry]
        found.append(Access(program.layout.names[entry], bool(flags & WRITE), bool(flags & ATOMIC), value))
    return tuple(found)


def _first(step: Step) -> Operation | None:
    return step.operations[0] if step.operations else None


def _message(
    program: Program,
    step: Step,
    record: Record,
    accesses: tuple[Access, ...],
    changed: tuple[tuple[str, int], ...],
    before: State,
    turn: Turn,
) -> str:
    if message := _synchronisation(program, _first(step), record, before, turn):
        return message
    written = {access.place for access in accesses if access.write}
    parts = [
        f"{'write' if access.write else 'read'} {access.place} = {access.value}"
        for access in accesses
        if access.write or access.place not in written
    ]
    text = "; ".join(parts)
    if step.atomic:
        return f"atomic: {text}"
    return text or "; ".join(f"{name} = {value}" for name, value in changed) or "go on"


def _number(program: Program, state: State, thread: int, index: Expression) -> int | str:
    """Return the value of an index as far as it needs no shared memory, else a question mark."""
    match index:
        case int():
            return index
        case Local(name=name):
            return state[program.layout.locals[thread][name]]
    return "?"


def _synchronisation(
    program: Program, first: Operation | None, record: Record, state: State, turn: Turn
) -> str:
    """Return the words for an operation that synchronises, or an empty text."""
    touched = next((program.layout.names[entry] for entry, flags in record if flags & (TAKE | GIVE)), "")
    match first:
        case Acquire(lock=lock, index=index, shared=shared, into=into):
            if index is not None:
                lock = element_name(lock, _number(program, state, turn[0], index))
            verb = "read_lock" if shared else "lock"
            if into is not None:
                return f"try_{verb}({touched or lock}): {'taken' if touched else 'held by another'}"
            return f"{verb}({touched or lock})"
        case Release(lock=lock):
            return f"unlock({touched or lock})"
        case Wait(condition=condition, lock=lock):
            if is_awake(program.nodes[turn[0]], state[turn[0]]):
                return f"{'wake up by chance' if turn[1] else 'wake up'}; lock({lock})"
            return f"wait({condition}); unlock({lock})"
        case Notify(condition=condition, everyone=everyone):
            entry = program.layout.conditions[condition].start
            nobody = "" if state[entry] else ": nobody waits"
            woken = "" if everyone or nobody else f": wakes {program.model.threads[turn[1]].name}"
            return f"{'notify_all' if everyone else 'notify_one'}({condition}){nobody}{woken}"
        case Await():
            return "wait until " + ", ".join(
                program.layout.names[entry] for entry, flags in record if not flags & (TAKE | GIVE)
            )
        case Choose(into=Local(name=name), options=options):
            return f"choose {name} = {options[turn[1]]}"
    return ""
