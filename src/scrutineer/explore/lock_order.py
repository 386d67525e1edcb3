"""Cycles in the order in which locks are taken."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from scrutineer.explore.program import Program, State
from scrutineer.explore.verdict import LockOrder

Order: TypeAlias = dict[tuple[int, int], tuple[int, int]]
"""(held, taken) entries of the state -> (thread, program counter) that took it first."""


def held_by(state: State, locks: Sequence[int], thread: int) -> tuple[int, int]:
    """Return bit masks of the lock entries that the thread holds: exclusively, shared."""
    exclusive = shared = 0
    for entry in locks:
        value = state[entry]
        if value == -1 - thread:
            exclusive |= 1 << entry
        elif value > 0 and value >> thread & 1:
            shared |= 1 << entry
    return exclusive, shared


def note_order(order: Order, program: Program, state: State, thread: int, taken: Iterable[int]) -> None:
    """Note that the thread takes these locks while it holds others. A try-lock cannot wait and is left out."""
    counter = state[thread]
    if program.nodes[thread][counter].attempt:
        return
    exclusive, shared = held_by(state, program.layout.lock_entries, thread)
    held = exclusive | shared
    while held:
        lowest = held & -held
        for entry in taken:
            order.setdefault((lowest.bit_length() - 1, entry), (thread, counter))
        held ^= lowest


def find_cycle(program: Program, order: Order) -> tuple[LockOrder, ...]:
    """Return the shortest cycle of held -> taken edges, or nothing."""
    following: dict[int, list[int]] = {}
    for held, taken in sorted(order):
        following.setdefault(held, []).append(taken)
    cycles = [path for start in sorted(following) if (path := _back_to(start, following))]
    if not cycles:
        return ()
    path = min(cycles, key=len)
    return tuple(_edge(program, order, held, taken) for held, taken in itertools.pairwise(path))


def _back_to(start: int, following: dict[int, list[int]]) -> list[int]:
    """Return the shortest way from a lock back to itself, both ends included."""
    before: dict[int, int] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for after in following.get(here, ()):
            if after == start:
                path = [start, here]
                while path[-1] != start:
                    path.append(before[path[-1]])
                return path[::-1]
            if after not in before:
                before[after] = here
                queue.append(after)
    return []


def _edge(program: Program, order: Order, held: int, taken: int) -> LockOrder:
    thread, counter = order[held, taken]
    names = program.layout.names
    return LockOrder(
        held=names[held],
        taken=names[taken],
        thread=program.model.threads[thread].name,
        at=program.position(thread, counter),
    )
