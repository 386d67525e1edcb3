"""Walks along the paths of a function from one operation on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation

Test = Callable[[Point, Operation], bool]
Answer = TypeVar("Answer")


def after(flow: FunctionFlow, start: Point, stops: Test, *, forward: bool = False) -> Iterator[Point]:
    """Points on the paths from after `start`; an operation that `stops` says ends its path and is left out.

    `forward` ends paths where a loop begins its next turn.
    """
    position = flow.graph.position
    todo, seen = [(start.block, start.at + 1)], set[int]()
    while todo:
        block, first = todo.pop()
        operations = flow.body.blocks[block].operations
        for at in range(first, len(operations)):
            point = Point(block, at)
            if stops(point, operations[at]):
                break
            yield point
        else:
            for target in flow.graph.successors[block]:
                if target not in seen and not (forward and position[target] <= position[block]):
                    seen.add(target)
                    todo.append((target, 0))


def never(_point: Point, _operation: Operation) -> bool:
    """Stop nowhere."""
    return False


def firsts(
    flow: FunctionFlow, start: Point, answer: Callable[[Point], Answer | None]
) -> Iterator[tuple[Point, Answer]]:
    """The first operation on each path from after `start` that has an answer, with it."""
    found: list[tuple[Point, Answer]] = []

    def stops(point: Point, _operation: Operation) -> bool:
        given = answer(point)
        if given is not None:
            found.append((point, given))
        return given is not None

    for _ in after(flow, start, stops):
        yield from found
        found.clear()
    yield from found


def always(
    flow: FunctionFlow, start: Point, does: Callable[[Point], bool], spoils: Callable[[Point], bool]
) -> bool:
    """Whether every path from after `start` comes to an operation that `does` before its end and before one that `spoils`."""
    todo, seen = [(start.block, start.at + 1)], set[int]()
    while todo:
        block, first = todo.pop()
        for at in range(first, len(flow.body.blocks[block].operations)):
            point = Point(block, at)
            if does(point):
                break
            if spoils(point):
                return False
        else:
            following = flow.graph.successors[block]
            if not following:
                return False
            todo += [(target, 0) for target in following if target not in seen]
            seen.update(following)
    return True
