"""Which places of its caller a body's locals hold or refer to: parameters, statics, and fields of these.

Flow-insensitive: a local has the origins of everything that is ever put into it. What a call gives back may hold or
refer to any of its arguments. Two parameters are taken to be different objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import PRIMITIVES, TypeRef

DEPTH = 4
"""Steps of a place that are told apart; further ones are cut off, and the place then stands for more."""

_CONTAINERS = frozenset(
    {
        "alloc::vec::Vec",
        "alloc::boxed::Box",
        "alloc::string::String",
        "core::option::Option",
        "core::result::Result",
    }
)
_SILENT = frozenset({"drop", "storage_dead", "match"})


def cut(place: Place, further: Iterable[str] = ()) -> Place:
    """A place, some steps further, as summaries write it."""
    steps = [
        "[" if step[0] == "[" else step for step in (*place.steps, *further) if step != "*" and step[0] != "@"
    ]
    return Place(place.local, tuple(steps[:DEPTH]), place.static)


def plain(type_: TypeRef) -> bool:
    """Whether values of a type refer to nothing and own nothing: numbers, `bool`, `char`, `()`."""
    return (type_.kind == "path" and type_.name in PRIMITIVES - {"str"}) or (
        type_.kind == "tuple" and not type_.args
    )


class Origins:
    """Origins of the locals of one body; `given` are those of its captures and, of a closure, its parameters."""

    def __init__(self, flow: FunctionFlow, given: dict[int, frozenset[Place]]) -> None:
        """Follow values until nothing new is found."""
        self.flow = flow
        self._referred = dict(given)
        self._held = dict(given)
        operations = [op for _, op in flow.graph.points() if op.kind not in _SILENT]
        changed = True
        while changed:
            changed = False
            for operation in operations:
                changed |= self._follow(operation)

    def _follow(self, operation: Operation) -> bool:
        target = operation.target
        if target is None or target.local < 0 or plain(self.flow.type_of(target)):
            return False
        if target.steps and owned(self.flow.type_of(target)):
            return False  # moved in: nothing else reaches it from now on
        referred = {place for operand in operation.operands for place in self._through(operation, operand)}
        held = {place for each in self._moved(operation) for place in self.held(each)}
        return _add(self._referred, target.local, referred) | _add(self._held, target.local, held)

    def _through(self, operation: Operation, operand: Operand) -> frozenset[Place]:
        """What the result may hold or refer to through an operand."""
        place = operand.place
        if place is None or operand.mode == "constant":
            return frozenset()
        copied = operand.mode == "use" and operation.kind not in {"borrow", "raw_borrow"}
        return frozenset() if copied and self.is_plain(place) else self.of(place)

    def _moved(self, operation: Operation) -> Iterator[Place]:
        """Operands whose value goes into the target as it is."""
        if operation.kind in {"assign", "aggregate", "cast"} or (
            operation.kind == "call" and self._constructs(operation)
        ):
            for at, operand in enumerate(operation.operands):
                if operand.place is not None and self.flow.answers.moves(operation, at) != "no":
                    yield operand.place

    def _constructs(self, operation: Operation) -> bool:
        point = self.flow.point_of(operation)
        return point is not None and self.flow.target(point).kind == "constructor"

    def is_plain(self, place: Place) -> bool:
        """Whether what lies there refers to nothing and owns nothing."""
        return plain(self.flow.type_of(place))

    def of(self, place: Place) -> frozenset[Place]:
        """Places of the caller that a place may be, lie in, or refer to."""
        return _further(self._referred, place)

    def held(self, place: Place) -> frozenset[Place]:
        """Places of the caller whose value was moved into this one."""
        return _further(self._held, place)


def _further(known: dict[int, frozenset[Place]], place: Place) -> frozenset[Place]:
    if place.local < 0:
        return frozenset({cut(place)}) if place.static else frozenset()
    return frozenset(cut(origin, place.steps) for origin in known.get(place.local, ()))


def owned(type_: TypeRef) -> bool:
    """Whether a value of a type is all its own: containers of std with plain contents, no reference, no sharing."""
    if type_.kind in {"tuple", "array"} or (type_.kind == "path" and type_.name in _CONTAINERS):
        return all(owned(arg) for arg in type_.args)
    return plain(type_)


def _add(known: dict[int, frozenset[Place]], local: int, more: set[Place]) -> bool:
    before = known.get(local, frozenset())
    if more <= before:
        return False
    known[local] = before | more
    return True
