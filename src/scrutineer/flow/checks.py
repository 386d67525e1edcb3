"""What is known at a point because every way there took a branch: "a check dominates this use"."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.conditions import Fact, facts_of_edge
from scrutineer.flow.graph import Graph, Point
from scrutineer.flow.values import Values
from scrutineer.flow.writes import Writes
from scrutineer.model.span import Span


class Check(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A fact that held when a branch was taken; `stale` if what it speaks of may have been written since."""

    fact: Fact
    span: Span
    block: int
    stale: bool


class Checks:
    """Dominating checks of a body's points."""

    def __init__(self, graph: Graph, values: Values, writes: Writes) -> None:
        """Nothing is computed before it is asked for."""
        self.graph = graph
        self.values = values
        self.writes = writes

    def at(self, point: Point) -> Iterator[Check]:
        """Facts of all branches that dominate a point, the nearest first; stale ones are marked, not left out."""
        blocks = self.graph.body.blocks
        for above in self.graph.dominators(point.block):
            terminator = blocks[above].terminator
            if above == point.block or terminator.kind not in {"branch", "match"}:
                continue
            for edge, target in enumerate(terminator.targets):
                if not self.graph.edge_dominates(above, target, point.block):
                    continue
                for fact in facts_of_edge(terminator, edge, self.values):
                    yield Check(fact, terminator.span, above, self._is_stale(fact, target, point, above))

    def _is_stale(self, fact: Fact, target: int, point: Point, above: int) -> bool:
        places = fact.left.places() + (fact.right.places() if fact.right is not None else [])
        return self.writes.written_between(Point(target, 0), point, places, avoiding=above)

    def holding(self, point: Point) -> Iterator[Fact]:
        """Facts that still hold at a point."""
        return (check.fact for check in self.at(point) if not check.stale)
