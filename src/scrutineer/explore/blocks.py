"""A block: what one thread does between two points where the search lets another thread run."""

from __future__ import annotations

from typing import NamedTuple

from scrutineer.explore.model import ModelError
from scrutineer.explore.program import (
    ATOMIC,
    FIRST_FAILURE,
    GIVE,
    TAKE,
    WRITE,
    Broken,
    Kind,
    Node,
    Program,
    Record,
    State,
)
from scrutineer.explore.steps import Acquire, Release
from scrutineer.explore.verdict import Bounds

_NEVER, _ALWAYS, _AFTER_RELEASE = 0, 1, 2


class Block(NamedTuple):
    """One block run from one state."""

    thread: int
    alternative: int
    state: State
    """Afterwards; where a step fails, just before it."""
    steps: int
    """How many steps were done."""
    code: int
    """0, or the failure of the step after the last one."""
    reads: int
    writes: int
    """Bit masks over the entries of the state: plain and ghost accesses."""
    atomic_reads: int
    atomic_writes: int
    taken: tuple[tuple[int, bool], ...]
    """Locks that it took: (entry, exclusively)."""
    spurious: bool


class Blocks:
    """Runs blocks of one program."""

    def __init__(self, program: Program, bounds: Bounds) -> None:
        self.program = program
        self.longest = bounds.steps_without_switch
        attempted = _attempted(program)
        self.stops = [[_stop(node, attempted) for node in nodes] + [_ALWAYS] for nodes in program.nodes]
        # After these others may go on, so a plain access that follows must not hide in the same block.
        self.opens = [[node.kind in {Kind.RELEASE, Kind.ATOMIC} for node in nodes] for nodes in program.nodes]

    def run(self, state: State, thread: int, alternative: int) -> Block | int:
        """Run the block, or return BLOCKED or SELF_DEADLOCK where its first operation cannot happen."""
        entries = list(state)
        record: Record = []
        moves = self.program.recording[thread]
        counter = state[thread]
        first = self.program.nodes[thread][counter]
        after = moves[counter][alternative](entries, record)
        if after < 0:
            if after > FIRST_FAILURE:
                return after
            self._refuse_unowned(after, thread, counter)
            return self._block(thread, state[thread], alternative, state, 0, after, record)
        opened = self.opens[thread][counter] or (first.attempt and not record)
        stops, opens = self.stops[thread], self.opens[thread]
        steps = 1
        while not (stop := stops[after]) or (stop == _AFTER_RELEASE and not opened):
            entries[thread] = counter = after
            opened = opened or opens[counter]
            after = moves[counter][0](entries, record)
            if after < 0:
                self._refuse_unowned(after, thread, counter)
                return self._stuck(state, thread, alternative, steps, after, record)
            steps += 1
            if steps > self.longest:
                name = self.program.model.threads[thread].name
                raise ModelError(
                    f"thread `{name}` never ends: {self.longest} steps without a switch point",
                    self.program.position(thread, counter),
                )
        entries[thread] = after
        return self._block(thread, state[thread], alternative, tuple(entries), steps, 0, record)

    def _refuse_unowned(self, code: int, thread: int, counter: int) -> None:
        failure = self.program.failure(code)
        if failure.broken is Broken.UNOWNED:
            name = self.program.model.threads[thread].name
            raise ModelError(
                f"thread `{name}` releases `{failure.what}`, which it does not hold",
                self.program.position(thread, counter),
            )

    def _stuck(
        self, state: State, thread: int, alternative: int, steps: int, code: int, record: Record
    ) -> Block:
        """Run again up to the step that fails: it may have changed the state before it failed."""
        entries = list(state)
        moves = self.program.moves[thread]
        for done in range(steps):
            entries[thread] = moves[entries[thread]][0 if done else alternative](entries)
        return self._block(thread, state[thread], alternative, tuple(entries), steps, code, record)

    def _block(
        self, thread: int, start: int, alternative: int, state: State, steps: int, code: int, record: Record
    ) -> Block:
        reads = writes = atomic_reads = atomic_writes = 0
        taken: tuple[tuple[int, bool], ...] = ()
        for entry, flags in record:
            if flags == 0:
                reads |= 1 << entry
            elif flags == WRITE:
                writes |= 1 << entry
            elif flags & TAKE:
                taken = (*taken, (entry, bool(flags & WRITE)))
            elif not flags & GIVE:
                if flags & WRITE:
                    atomic_writes |= 1 << entry
                else:
                    atomic_reads |= 1 << entry
        nodes = self.program.nodes[thread]
        spurious = alternative > 0 and nodes[start].spurious
        return Block(
            thread,
            alternative,
            state,
            steps,
            code,
            reads,
            writes,
            atomic_reads,
            atomic_writes,
            taken,
            spurious,
        )


def _attempted(program: Program) -> frozenset[str]:
    """Return the locks that some thread try-locks: it can tell whether another is inside."""
    return frozenset(
        first.lock
        for nodes in program.nodes
        for node in nodes
        for first in node.step.operations[:1]
        if isinstance(first, Acquire) and first.into is not None
    )


def _stop(node: Node, attempted: frozenset[str]) -> int:
    match node.kind, node.step.operations[:1]:
        case Kind.ACQUIRE | Kind.ATOMIC | Kind.CHOICE, _:
            return _ALWAYS
        case Kind.RELEASE, (Release(lock=lock),) if lock in attempted:
            return _ALWAYS
        case Kind.ACCESS, _:
            return _AFTER_RELEASE
    return _NEVER


def conflict(one: Block, other: Block) -> bool:
    """Whether the two touch one entry, one of them writes, and not both do so atomically."""
    touched = other.reads | other.writes
    return bool(
        one.writes & (touched | other.atomic_reads | other.atomic_writes)
        or one.reads & (other.writes | other.atomic_writes)
        or one.atomic_writes & touched
        or one.atomic_reads & other.writes
    )


def is_atomic(flags: int) -> bool:
    """Whether a record's flags say that the access is atomic."""
    return bool(flags & ATOMIC)
