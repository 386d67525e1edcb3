"""Checks on every way to an operation, though none of them stands before all of it: one in each branch."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.conditions import Fact, facts_of_edge
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Place
from scrutineer.model.span import Span


class Crossed(msgspec.Struct, frozen=True):
    """Conditions of which every way to a point passes one; `before` are all blocks on those ways but the point's."""

    flow: FunctionFlow
    conditions: tuple[int, ...]
    before: frozenset[int]
    end: int

    def said(self) -> Iterator[tuple[Fact, Span]]:
        """What those conditions say that can end before the point."""
        on_the_way = self.before | {self.end}
        for block in self.conditions:
            terminator = self.flow.body.blocks[block].terminator
            if all(target in on_the_way for target in self.flow.graph.successors[block]):
                continue
            for edge, target in enumerate(terminator.targets):
                if target in on_the_way:
                    for fact in facts_of_edge(terminator, edge, self.flow.values):
                        yield fact, terminator.span


def joined(
    flow: FunctionFlow, point: Point, places: frozenset[Place], inputs: frozenset[Value]
) -> Crossed | None:
    """The conditions on some values on the way to a point, unless some way avoids them all."""
    blocks = flow.body.blocks
    before = _before(flow, point.block)
    conditions = tuple(
        block
        for block in sorted(before)
        if blocks[block].terminator.kind in {"branch", "match"}
        and mentioned(flow, flow.values.of(blocks[block].terminator.condition), places, inputs)
    )
    if not conditions or _avoids(flow, point.block, frozenset(conditions)):
        return None
    return Crossed(flow, conditions, before, point.block)


def mentioned(
    flow: FunctionFlow, value: Value, places: frozenset[Place], inputs: frozenset[Value], depth: int = 3
) -> bool:
    """Whether a value is computed from some of the places, or from what was read from input."""
    parts = value.walk()
    if inputs and not inputs.isdisjoint(parts):
        return True
    read = [part.place for part in parts if part.place is not None]
    if any(overlaps(place, wanted) for place in read for wanted in places):
        return True
    taken = [place for place in read if place.steps and place.local > flow.body.parameters] if depth else []
    return any(
        mentioned(flow, flow.values.of_operation(setter), places, inputs, depth - 1)
        for place in taken
        if len(setters := flow.sources.setters(place.local)) == 1
        for setter in setters
        if setter.kind == "call"
    )


def _before(flow: FunctionFlow, end: int) -> frozenset[int]:
    """Blocks from which a block can be reached, without itself."""
    seen, todo = {end}, [end]
    while todo:
        for block in flow.graph.predecessors.get(todo.pop(), ()):
            if block not in seen:
                seen.add(block)
                todo.append(block)
    return frozenset(seen - {end})


def _avoids(flow: FunctionFlow, end: int, asking: frozenset[int]) -> bool:
    """Whether some way from the entry to a block passes none of the asking ones."""
    if 0 in asking:
        return False
    seen, todo = {0}, [0]
    while todo:
        block = todo.pop()
        if block == end:
            return True
        for target in flow.graph.successors[block]:
            if target not in seen and target not in asking:
                seen.add(target)
                todo.append(target)
    return False
