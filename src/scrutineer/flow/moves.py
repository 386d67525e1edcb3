"""Move paths: the places of a body that are moved out of or filled one by one, and what each operation does to them.

After rustc's move data: paths form a tree under each local; sets of paths are bits of an integer. Each operation
is summed up in an effect on two sets, those that may be filled and those that may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scrutineer.flow.typing import Answer, Typing, is_index
from scrutineer.model.body import Body, Operation, Place, Terminator

Key = tuple[int, tuple[str, ...]]


class Effect(NamedTuple):
    """`filled` and `emptied` are certain; what is in `perhaps` may have been emptied, or not.

    `idle` paths now hold nothing to drop, of `busy` ones that is not known any more.
    """

    filled: int = 0
    emptied: int = 0
    perhaps: int = 0
    idle: int = 0
    busy: int = 0

    def on(self, state: State) -> State:
        """The state after it."""
        full = (state.full & ~self.emptied) | self.filled
        empty = (state.empty & ~self.filled) | self.emptied | self.perhaps
        return State(full, empty, (state.idle & ~(self.filled | self.busy)) | self.idle)


class State(NamedTuple):
    """Bits of paths that may be filled, and of those that may be empty; both unset where control cannot arrive.

    `idle` are paths that hold a value in which nothing is left to drop: `None`, or what a pattern emptied.
    """

    full: int
    empty: int
    idle: int = 0

    def join(self, other: State) -> State:
        """What holds where two ways meet."""
        idle = (self.idle | ~self.full) & (other.idle | ~other.full)
        return State(self.full | other.full, self.empty | other.empty, idle & (self.full | other.full))

    def of(self, mask: int) -> Answer:
        """Whether all paths of a mask are filled (yes), all are empty (no), or neither is certain."""
        if not self.full & mask:
            return "no"
        return "unknown" if self.empty & mask else "yes"


def plain_steps(place: Place) -> tuple[str, ...]:
    """Steps without downcasts, up to the first index by a value: what a move path is told apart by."""
    steps: list[str] = []
    for step in place.steps:
        if is_index(step):
            break
        if step[0] != "@":
            steps.append(step)
    return tuple(steps)


class Paths:
    """The tree of move paths of a body."""

    def __init__(self, body: Body, typing: Typing) -> None:
        """Collect every local and every place that is moved out of or assigned as a part."""
        self.body = body
        self.typing = typing
        self._bits: dict[Key, int] = {(local, ()): local for local in range(len(body.locals))}
        self._below: list[int] = []
        for place in _mentioned(body, typing):
            self._add(place)
        self._close()

    def _add(self, place: Place) -> None:
        steps = plain_steps(place)
        for length in range(1, len(steps) + 1):
            self._bits.setdefault((place.local, steps[:length]), len(self._bits))

    def _close(self) -> None:
        """Compute, per path, the bits of itself and of everything below it."""
        self._below = [1 << bit for bit in range(len(self._bits))]
        for (local, steps), bit in sorted(self._bits.items(), key=lambda item: -len(item[0][1])):
            if steps:
                self._below[self._bits[local, steps[:-1]]] |= self._below[bit]

    def mask(self, place: Place) -> int:
        """Bits of a place and of all paths below it; of the closest path above it if it is none itself."""
        if place.local < 0:
            return 0
        steps = plain_steps(place)
        while (place.local, steps) not in self._bits:
            steps = steps[:-1]
        return self._below[self._bits[place.local, steps]]

    def bit(self, place: Place) -> int:
        """The bit of exactly this path, 0 if it is none."""
        at = self._bits.get((place.local, plain_steps(place)))
        return 0 if at is None else 1 << at

    def above(self, place: Place) -> int:
        """Bits of the paths that a place is a part of."""
        steps = plain_steps(place)
        bits = 0
        for length in range(len(steps)):
            at = self._bits.get((place.local, steps[:length]))
            bits |= 0 if at is None else 1 << at
        return bits

    def parts(self, place: Place) -> list[Place]:
        """Paths below a place, those of one level."""
        steps = plain_steps(place)
        size = len(steps) + 1
        return [
            Place(local, found)
            for local, found in self._bits
            if local == place.local and len(found) == size and found[: size - 1] == steps
        ]

    def entry(self) -> State:
        """At the start parameters and captures are filled, all else is empty."""
        full = 0
        for at, local in enumerate(self.body.locals):
            if local.kind in {"parameter", "capture"}:
                full |= self._below[at]
        return State(full, ~full & ((1 << len(self._bits)) - 1))

    def taken(self, operation: Operation) -> Effect:
        """What an operation moves out of; in this state it unwinds, if it does."""
        emptied = perhaps = 0
        for at, operand in enumerate(operation.operands):
            if operand.place is None or operand.mode not in {"use", "receiver"}:
                continue
            if operation.fields[-1:] == ("..",) and at == len(operation.operands) - 1:
                for place, answer in _rest(operand.place, operation.fields[:-1], self.typing):
                    emptied |= self.mask(place) if answer == "yes" else 0
                    perhaps |= self.mask(place) if answer == "unknown" else 0
                continue
            if not _is_movable(operand.place):
                continue
            answer = self.typing.moves(operation, at)
            emptied |= self.mask(operand.place) if answer == "yes" else 0
            perhaps |= self.mask(operand.place) if answer == "unknown" else 0
        if operation.kind in {"drop", "storage_dead"} and operation.target is not None:
            emptied |= self.mask(operation.target) if _is_movable(operation.target) else 0
        return Effect(0, emptied, perhaps, busy=self._touched(operation))

    def _touched(self, operation: Operation) -> int:
        """Paths whose value may become another variant: those borrowed mutably, or taken by a method."""
        bits = 0
        for operand in operation.operands:
            if (
                operand.place is not None
                and operand.mode in {"write", "receiver"}
                and operand.place.local >= 0
            ):
                bits |= self.mask(operand.place) | self.above(operand.place)
        return bits

    def given(self, operation: Operation) -> Effect:
        """What an operation fills when it is done."""
        target = operation.target
        if target is None or target.local < 0 or operation.kind in {"drop", "storage_dead"}:
            return Effect()
        filled = self.mask(target) if _is_movable(target) else 0
        return Effect(filled, busy=self.above(target))

    def spent(self, moved: list[Place]) -> int:
        """Bits of the paths in which nothing is left to drop when these parts of them have been moved out."""
        bits = 0
        for place in moved:
            steps = plain_steps(place)
            if not steps or steps[-1] == "*":
                continue  # an emptied box still frees its memory
            whole = Place(place.local, _whole(place.steps))
            gone = {
                plain_steps(each)[len(steps) - 1]
                for each in moved
                if each.local == place.local and plain_steps(each)[:-1] == steps[:-1]
            }
            if self.typing.rest(whole, tuple(step[1:] for step in sorted(gone))) == "no":
                bits |= self.bit(whole)
        return bits

    def entered(self, terminator: Terminator, way: int) -> Effect:
        """What taking one of the ways of a terminator says: a variant that holds nothing to drop."""
        condition = terminator.condition
        if (
            terminator.kind != "match"
            or condition is None
            or condition.place is None
            or condition.place.local < 0
        ):
            return _NOTHING
        bit = self.bit(condition.place)
        others = terminator.labels[:way]
        if not bit or self.typing.variant(condition.place, terminator.labels[way], others) != "no":
            return _NOTHING
        return Effect(idle=bit)


_NOTHING = Effect()


def _whole(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Steps to the value that the last step takes a part of."""
    steps = steps[:-1]
    while steps and steps[-1][0] == "@":
        steps = steps[:-1]
    return steps


def _is_movable(place: Place) -> bool:
    return place.local >= 0 and not any(is_index(step) for step in place.steps)


def _rest(base: Place, named: tuple[str, ...], typing: Typing) -> Iterator[tuple[Place, Answer]]:
    """Parts of a functional update's base that it takes."""
    fields = typing.fields(base)
    if fields is None:
        yield base, "unknown"
        return
    for field in fields:
        if field not in named:
            part = base.then("." + field)
            yield part, typing.needs_drop(part)


def _mentioned(body: Body, typing: Typing) -> Iterator[Place]:
    for block in body.blocks:
        for operation in block.operations:
            target = operation.target
            if target is not None and target.steps and _is_movable(target):
                yield target
            update = operation.fields[-1:] == ("..",)
            for at, operand in enumerate(operation.operands):
                place = operand.place
                if place is None or operand.mode not in {"use", "receiver"} or not _is_movable(place):
                    continue
                if update and at == len(operation.operands) - 1:
                    yield from (part for part, _ in _rest(place, operation.fields[:-1], typing))
                    yield from (place.then("." + name) for name in operation.fields[:-1])
                elif place.steps and typing.moves(operation, at) != "no":
                    yield place
