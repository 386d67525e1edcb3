"""Which operation may change which place, and whether one may on the way between two points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import eq
from typing import NamedTuple

from scrutineer.flow.graph import Graph, Point
from scrutineer.model.body import Body, Operation, Place

Shared = Callable[[Operation, int], bool]


def overlaps(left: Place, right: Place) -> bool:
    """Whether one place lies inside the other, so that a write to one may change the other.

    Index steps are equal to each other, because indexes may be; a dereference step may be left out on one side,
    because field access dereferences by itself.
    """
    if left.local != right.local or left.static != right.static:
        return False
    ours, theirs = _comparable(left), _comparable(right)
    return all(map(eq, ours, theirs))


def _comparable(place: Place) -> list[str]:
    return ["[" if step[0] == "[" else step for step in place.steps if step != "*" and step[0] != "@"]


def never_shared(_operation: Operation, _operand: int) -> bool:
    """Say that any receiver may be taken by `&mut`: what is known without types."""
    return False


class _Block(NamedTuple):
    """Places that each operation of a block may write, None for an opaque one, and the roots of them all."""

    places: tuple[list[Place] | None, ...]
    locals: frozenset[tuple[int, str]]
    opaque: bool


class Writes:
    """May-write relation of a body.

    `shared(operation, operand)` says that a call takes that receiver by `&self` or by value of a Copy type, and
    so does not write it; without types every receiver may be written.
    """

    def __init__(self, body: Body, graph: Graph, shared: Shared = never_shared) -> None:
        """Keep the body's mutable borrows per local: a write through such a reference is a write to its place."""
        self.body = body
        self.graph = graph
        self.shared = shared
        self._borrows: dict[int, Place] = {}
        self._blocks: dict[int, _Block] = {}
        for block in body.blocks:
            for operation in block.operations:
                if operation.kind in {"borrow", "raw_borrow"} and operation.mutable and operation.target:
                    place = operation.operands[0].place if operation.operands else None
                    if place is not None and not operation.target.steps:
                        self._borrows[operation.target.local] = place

    def origin(self, place: Place) -> Place:
        """The place seen through mutable references of this body: `(*r).len` is `self.len` for `r = &mut *self`."""
        for _ in range(8):
            base = self._borrows.get(place.local) if place.local >= 0 else None
            if base is None:
                break
            steps = place.steps[1:] if place.steps[:1] == ("*",) else place.steps
            place = Place(base.local, base.steps + steps, base.static)
        return place

    def written(self, operation: Operation) -> list[Place]:
        """Places that an operation may write, in this body's own names."""
        places = [] if operation.target is None or operation.kind == "storage_dead" else [operation.target]
        for index, operand in enumerate(operation.operands):
            place = operand.place
            if place is None or operation.kind in {"borrow", "raw_borrow", "assign"}:
                continue
            lent = place.local in self._borrows and not place.steps
            taken = operand.mode == "receiver" and not self.shared(operation, index)
            if lent or taken or operand.mode == "write":
                places.append(place)
        return [self.origin(place) for place in places]

    def may_write(self, operation: Operation, place: Place) -> bool:
        """Whether an operation may change what is read at a place."""
        if operation.kind == "opaque":
            return True
        wanted = self.origin(place)
        return any(overlaps(written, wanted) for written in self.written(operation))

    def written_between(self, start: Point, end: Point, places: Iterable[Place], avoiding: int = -1) -> bool:
        """Whether a path from `start` to before `end` may write one of the places.

        `avoiding` is a block that the path does not pass again: the one whose branch made the check.
        """
        wanted = [self.origin(place) for place in places]
        locals_ = {(place.local, place.static) for place in wanted}
        for block in self.graph.between(start.block, end.block, avoiding):
            written = self._block(block)
            if not written.opaque and locals_.isdisjoint(written.locals):
                continue  # nearly all of a long function: what is written there need not be compared
            first = start.at if block == start.block else 0
            last = end.at if block == end.block else len(written.places)
            looped = block in (start.block, end.block) and self._loops(block, avoiding)
            if looped:
                first, last = 0, len(written.places)
            for each in written.places[first:last]:
                if each is None or any(overlaps(one, place) for one in each for place in wanted):
                    return True
        return False

    def _block(self, block: int) -> _Block:
        """What the operations of a block may write, read once."""
        found = self._blocks.get(block)
        if found is None:
            operations = self.body.blocks[block].operations
            places = tuple(None if each.kind == "opaque" else self.written(each) for each in operations)
            known = [place for each in places if each is not None for place in each]
            locals_ = frozenset((place.local, place.static) for place in known)
            found = self._blocks[block] = _Block(places, locals_, opaque=None in places)
        return found

    def _loops(self, block: int, avoiding: int) -> bool:
        """Whether a path leads from the block back to it without passing `avoiding`."""
        return any(
            target != avoiding and self.graph.between(target, block, avoiding)
            for target in self.graph.successors[block]
        )
