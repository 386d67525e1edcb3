"""Which possible drops are real, what is initialised where, and what is dropped when an operation unwinds."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.flow.graph import Graph, Point
from scrutineer.flow.moves import Effect, Paths, State
from scrutineer.flow.typing import Answer, Typing
from scrutineer.model.body import Block, Body, Operation, Place

Certainty = Literal["yes", "no", "maybe"]


class Dropped(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What happens at one possible drop of a place.

    `real`: yes, the value (or what is left of it) is dropped; no, it was moved out, or never made, or has nothing to
    drop; maybe, it depends on the way control came (rustc keeps a flag) or on a type that is not known.
    `without` are parts that were moved out and are not dropped, `perhaps` parts of which that is not certain.
    """

    place: Place
    real: Certainty
    without: tuple[Place, ...] = ()
    perhaps: tuple[Place, ...] = ()


class Drops:
    """Drop elaboration of one body, computed once, asked per point."""

    def __init__(self, body: Body, graph: Graph, typing: Typing) -> None:
        """Solve the dataflow problem over blocks."""
        self.body = body
        self.typing = typing
        self.paths = Paths(body, typing)
        self._effects = [self._effects_of(block) for block in body.blocks]
        self._entries: dict[int, State] = {}
        self._solve(graph)

    def _effects_of(self, block: Block) -> list[tuple[Effect, Effect]]:
        """Effects of a block's operations; a value whose last droppable part is moved out becomes idle."""
        effects: list[tuple[Effect, Effect]] = []
        moved: list[Place] = []
        for operation in block.operations:
            taken, given = self.paths.taken(operation), self.paths.given(operation)
            if taken.emptied and operation.kind not in {"drop", "storage_dead"}:
                moved.extend(
                    operand.place
                    for at, operand in enumerate(operation.operands)
                    if operand.place is not None
                    and operand.place.steps
                    and self.typing.moves(operation, at) == "yes"
                )
                taken = taken._replace(idle=self.paths.spent(moved))
            effects.append((taken, given))
        return effects

    def _solve(self, graph: Graph) -> None:
        entries = self._entries
        entries[0] = self.paths.entry()
        pending = set(graph.order)
        while pending:
            block = min(pending, key=graph.position.__getitem__)
            pending.discard(block)
            if block not in entries:
                continue
            state = self._at(Point(block, len(self._effects[block])))
            terminator = self.body.blocks[block].terminator
            for way, target in enumerate(graph.successors[block]):
                entered = self.paths.entered(terminator, way).on(state)
                known = entries.get(target)
                joined = entered if known is None else known.join(entered)
                if joined != known:
                    entries[target] = joined
                    pending.add(target)

    def _at(self, point: Point) -> State:
        """State before the operation at a point."""
        state = self._entries.get(point.block, State(0, 0))
        for taken, given in self._effects[point.block][: point.at]:
            state = given.on(taken.on(state))
        return state

    def initialised(self, point: Point, place: Place) -> Certainty:
        """Whether a place holds a whole value before the operation at a point."""
        answer = self._at(point).of(self.paths.mask(place))
        return "maybe" if answer == "unknown" else answer

    def decision(self, point: Point) -> Dropped:
        """What the `drop` operation at a point does."""
        operation = self.body.blocks[point.block].operations[point.at]
        assert operation.target is not None
        return self._dropped(operation.target, self._at(point))

    def unwind_drops(self, point: Point) -> tuple[Dropped, ...]:
        """What is dropped, in order, if the operation at a point unwinds; what is certainly not is left out."""
        operation = self.body.blocks[point.block].operations[point.at]
        taken, _ = self._effects[point.block][point.at]
        state = taken.on(self._at(point))
        found = (self._dropped(Place(local), state) for local in scheduled(self.body, operation))
        return tuple([dropped for dropped in found if dropped.real != "no"])

    def _dropped(self, place: Place, state: State) -> Dropped:
        real = state.of(self.paths.mask(place))
        needed = self.typing.needs_drop(place)
        if real == "no" or needed == "no" or self.paths.bit(place) & state.idle:
            return Dropped(place, "no")
        if real == "yes":
            return Dropped(place, "yes" if needed == "yes" else "maybe")
        return self._open(place, state, needed)

    def _open(self, place: Place, state: State, needed: Answer) -> Dropped:
        """A place of which parts, or on some ways all, were moved out."""
        own = self.paths.bit(place)
        if own & state.empty:
            return Dropped(place, "maybe" if own & state.full else "no", *self._parts(place, state))
        without, perhaps = self._parts(place, state)
        return Dropped(place, "yes" if needed == "yes" else "maybe", without, perhaps)

    def _parts(self, place: Place, state: State) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
        without: list[Place] = []
        perhaps: list[Place] = []
        for part in self.paths.parts(place):
            answer = state.of(self.paths.mask(part))
            if answer == "no":
                without.append(part)
            elif answer == "unknown":
                own = self.paths.bit(part)
                if own & state.empty:
                    perhaps.append(part)
                inner = self._parts(part, state)
                without.extend(inner[0])
                perhaps.extend(inner[1])
        return tuple(without), tuple(perhaps)


def scheduled(body: Body, operation: Operation) -> list[int]:
    """Locals that are dropped, if they are initialised, when an operation unwinds, in that order."""
    found: list[int] = []
    scope = operation.scope
    while scope >= 0:
        found.extend(reversed(body.scopes[scope].locals))
        scope = body.scopes[scope].parent
    return found
