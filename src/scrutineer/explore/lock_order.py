"""Cycles in the order in which locks are taken."""

from __future__ import annotations

import itertools
from collections import deque

from scrutineer.explore.program import Program
from scrutineer.explore.verdict import LockOrder


def find_cycle(program: Program, order: dict[tuple[int, int], tuple[int, int]]) -> tuple[LockOrder, ...]:
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


def _edge(
    program: Program, order: dict[tuple[int, int], tuple[int, int]], held: int, taken: int
) -> LockOrder:
    thread, counter = order[held, taken]
    names = program.layout.names
    return LockOrder(
        held=names[held],
        taken=names[taken],
        thread=program.model.threads[thread].name,
        at=program.position(thread, counter),
    )
