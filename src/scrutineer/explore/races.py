"""Races between single steps: two threads that are both about to touch one place."""

from __future__ import annotations

from scrutineer.explore.program import ATOMIC, GIVE, TAKE, WRITE, Program, Record, State, happens
from scrutineer.explore.search import Finding
from scrutineer.explore.verdict import VerdictKind


def conflicting(one: Record, other: Record) -> int | None:
    """Return the first entry that both touch, one of them writing and not both atomically, or None."""
    for entry, flags in one:
        for entry_too, flags_too in other:
            if (
                entry == entry_too
                and not (flags | flags_too) & (TAKE | GIVE)
                and (flags | flags_too) & WRITE
                and not flags & flags_too & ATOMIC
            ):
                return entry
    return None


class StepRaces:
    """Finds pairs of racing steps; most states are dismissed by what the steps could touch at all."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.masks = [
            [(n.reads, n.writes, n.atomic_reads, n.atomic_writes) for n in nodes] + [(0, 0, 0, 0)]
            for nodes in program.nodes
        ]

    def at(self, state: State) -> Finding | None:
        """Return a race between the next steps of two threads in this state."""
        reads = writes = atomic_reads = atomic_writes = 0
        for thread, masks in enumerate(self.masks):
            read, write, atomic_read, atomic_write = masks[state[thread]]
            if (
                write & (reads | writes | atomic_reads | atomic_writes)
                or read & (writes | atomic_writes)
                or atomic_write & (reads | writes)
                or atomic_read & writes
            ):
                return self._exactly(state)
            reads |= read
            writes |= write
            atomic_reads |= atomic_read
            atomic_writes |= atomic_write
        return None

    def _exactly(self, state: State) -> Finding | None:
        records: list[Record] = []
        for thread, moves in enumerate(self.program.recording):
            touched: Record = []
            for move in moves[state[thread]]:
                record: Record = []
                if happens(move(list(state), record)):
                    touched += record
            records.append(touched)
        for thread, record in enumerate(records):
            for other in range(thread):
                if conflicting(records[other], record) is not None:
                    return Finding(VerdictKind.RACE, state, thread=thread, other=other)
        return None
