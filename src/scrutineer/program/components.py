"""Strongly connected components (Tarjan 1972), without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def components(roots: Iterable[int], successors: Callable[[int], Iterable[int]]) -> list[tuple[int, ...]]:
    """Components of everything the roots reach, each after all that it leads to."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[tuple[int, ...]] = []
    for root in roots:
        if root in number:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(successors(root)))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            new = next((each for each in following if _visit(each, node, number, low, on_stack)), None)
            if new is not None:
                number[new] = low[new] = len(number)
                stack.append(new)
                on_stack.add(new)
                work.append((new, iter(successors(new))))
                continue
            work.pop()
            if work:
                above = work[-1][0]
                low[above] = min(low[above], low[node])
            if low[node] == number[node]:
                found.append(_close(node, stack, on_stack))
    return found


def _visit(node: int, source: int, number: dict[int, int], low: dict[int, int], on_stack: set[int]) -> bool:
    """Whether a successor is new; a known one on the stack lowers its source."""
    if node not in number:
        return True
    if node in on_stack:
        low[source] = min(low[source], number[node])
    return False


def _close(node: int, stack: list[int], on_stack: set[int]) -> tuple[int, ...]:
    members = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        members.append(member)
        if member == node:
            return tuple(sorted(members))
