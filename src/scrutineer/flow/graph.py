"""The control-flow graph of a body: order, dominators, and paths between points."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from scrutineer.model.body import Body, Operation


class Point(NamedTuple):
    """A place in a body: before operation `at` of block `block`; the terminator comes after the last operation."""

    block: int
    at: int


_KEPT = 64  # sets of blocks of one body that are kept: questions come many about one point


class Graph:
    """Successors, predecessors and dominators of a body's blocks; unreachable blocks have none."""

    def __init__(self, body: Body, ends: Container[int] = ()) -> None:
        """Number the blocks that the entry reaches, in reverse postorder; nothing follows blocks in `ends`."""
        self.body = body
        self.successors: list[tuple[int, ...]] = [
            () if number in ends else block.terminator.targets for number, block in enumerate(body.blocks)
        ]
        self.order = _reverse_postorder(self.successors)
        self.position = {block: at for at, block in enumerate(self.order)}
        self.predecessors: dict[int, list[int]] = {block: [] for block in self.order}
        for block in self.order:
            for target in dict.fromkeys(self.successors[block]):
                self.predecessors[target].append(block)
        self.idom = self._immediate_dominators()
        self._closures: dict[tuple[int, int, bool], set[int]] = {}

    def _immediate_dominators(self) -> dict[int, int]:
        """Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001)."""
        idom = {0: 0}
        changed = True
        while changed:
            changed = False
            for block in self.order[1:]:
                known = [p for p in self.predecessors[block] if p in idom]
                new = known[0]
                for other in known[1:]:
                    new = self._meet(idom, new, other)
                if idom.get(block) != new:
                    idom[block] = new
                    changed = True
        return idom

    def _meet(self, idom: dict[int, int], left: int, right: int) -> int:
        position = self.position
        while left != right:
            while position[left] > position[right]:
                left = idom[left]
            while position[right] > position[left]:
                right = idom[right]
        return left

    def dominators(self, block: int) -> Iterator[int]:
        """The block's dominators from itself up to the entry; none where it is unreachable."""
        if block not in self.idom:
            return
        yield block
        while block != 0:
            block = self.idom[block]
            yield block

    def block_dominates(self, above: int, below: int) -> bool:
        """Whether every path from the entry to `below` passes `above`."""
        return above in self.dominators(below)

    def dominates(self, above: Point, below: Point) -> bool:
        """Whether every path to `below` has executed the operation at `above` before."""
        if above.block == below.block:
            return above.at < below.at
        return self.block_dominates(above.block, below.block)

    def edge_dominates(self, source: int, target: int, block: int) -> bool:
        """Whether every path from the entry to `block` takes the edge from `source` to `target`."""
        if target == 0 or target not in self.position or not self.block_dominates(target, block):
            return False  # the entry is also entered from outside
        others = (p for p in self.predecessors[target] if p != source)
        single = self.successors[source].count(target) == 1
        return single and all(self.block_dominates(target, other) for other in others)

    def between(self, start: int, end: int, avoiding: int = -1) -> set[int]:
        """Blocks on a path from `start` to `end`, both included, that does not pass `avoiding` on the way."""
        forward = self._closed(start, avoiding, forward=True)
        if end not in forward:
            return set()
        backward = self._closed(end, avoiding, forward=False)
        return (forward & backward) - ({avoiding} - {start, end})

    def _closed(self, block: int, avoiding: int, *, forward: bool) -> set[int]:
        """Blocks that lead to a block, or that it leads to; the last ones asked for are kept."""
        key = (block, avoiding, forward)
        if key not in self._closures:
            if len(self._closures) >= _KEPT:
                self._closures.clear()
            after, before = self.successors, self.predecessors
            self._closures[key] = (
                _closure(block, lambda b: () if b == avoiding else after[b])
                if forward
                else _closure(block, lambda b: () if b == avoiding else before.get(b, ()))
            )
        return self._closures[key]

    def reaches(self, start: Point, end: Point) -> bool:
        """Whether some path leads from after the operation at `start` to `end`."""
        if start.block == end.block and start.at < end.at:
            return True
        return any(
            end.block in self._closed(target, -1, forward=True) for target in self.successors[start.block]
        )

    def path_avoiding(self, start: Point, stop: Callable[[Operation], bool], end: Point) -> bool:
        """Whether some path leads from after `start` to before `end` without an operation that `stop` accepts."""
        blocks = self.body.blocks
        todo, seen = [(start.block, start.at + 1)], set[int]()
        while todo:
            block, first = todo.pop()
            last = end.at if block == end.block and first <= end.at else None
            if any(stop(operation) for operation in blocks[block].operations[first:last]):
                continue
            if last is not None:
                return True
            for target in self.successors[block]:
                if target not in seen:
                    seen.add(target)
                    todo.append((target, 0))
        return False

    def points(self) -> tuple[tuple[Point, Operation], ...]:
        """Every reachable operation with its point, blocks in reverse postorder; asked for by nearly every rule."""
        return self._points

    @cached_property
    def _points(self) -> tuple[tuple[Point, Operation], ...]:
        return tuple(
            (Point(block, index), operation)
            for block in self.order
            for index, operation in enumerate(self.body.blocks[block].operations)
        )


def _reverse_postorder(successors: list[tuple[int, ...]]) -> list[int]:
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(successors[0]))] if successors else []
    while stack:
        block, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors[target])))
                break
        else:
            order.append(block)
            stack.pop()
    order.reverse()
    return order


def _closure(start: int, step: Callable[[int], Iterable[int]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for target in step(todo.pop()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
