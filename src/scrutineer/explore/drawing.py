"""Linked lists drawn as text: which links a walk follows, and which do not agree."""

from __future__ import annotations

from scrutineer.explore.layout import Slot
from scrutineer.explore.model import LinkedList
from scrutineer.explore.program import Program, State


def draw_lists(program: Program, state: State) -> tuple[str, ...]:
    """Return one line for each list of the model, then one for each item whose links do not agree."""
    lines: list[str] = []
    for drawn in program.model.lists:
        cells = program.layout.cells
        heads = cells[drawn.first]
        forward, backward = _values(cells[drawn.next], state), _values(cells[drawn.prev], state)
        for number, name in enumerate(drawn.names, start=1):
            lines.append(f"{name}: {_walk(state[heads.at(number)], forward)}")
        lines += _disagreements(drawn, forward, backward)
    return tuple(lines)


def _values(slot: Slot, state: State) -> dict[int, int]:
    return {k: state[slot.at(k)] for k in range(1, slot.size + 1)}


def _walk(first: int, forward: dict[int, int]) -> str:
    if first == 0:
        return "null"
    seen = [first]
    while (following := forward.get(seen[-1], 0)) and following not in seen:
        seen.append(following)
    end = f"({following})" if following else "null"
    return " -> ".join([*map(str, seen), end])


def _disagreements(drawn: LinkedList, forward: dict[int, int], backward: dict[int, int]) -> list[str]:
    lines = []
    for k, following in forward.items():
        name = f"{drawn.item}{k}"
        if (following == 0) != (backward[k] == 0):
            lines.append(
                f"{name} is half linked: next = {following or 'null'}, prev = {backward[k] or 'null'}"
            )
        elif following and backward.get(following, 0) != k:
            other = backward.get(following, 0) or "null"
            lines.append(f"{name}.next = {following}, but {drawn.item}{following}.prev = {other}")
    return lines
