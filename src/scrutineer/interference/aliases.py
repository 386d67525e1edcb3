"""Where a value goes inside one body: the locals that hold it, or refer to it, after it was made."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation
from scrutineer.model.types import TypeRef

_PASSING = frozenset({"assign", "borrow", "raw_borrow", "aggregate", "cast"})
_PLAIN = frozenset({"bool", "char", "usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"})


def aliases(flow: FunctionFlow, first: int) -> frozenset[int]:
    """Locals that may hold a container, or a pointer into it, once `first` does.

    A container goes on when it is moved, borrowed or consumed by a call that makes something of it (an iterator). A
    raw pointer goes on to what it leads to.
    """
    found = {first}
    grown = True
    while grown:
        grown = False
        for point, operation in flow.graph.points():
            target = operation.target
            if target is None or target.local < 0 or target.local in found:
                continue
            if any(_passes(flow, point, operation, at, found) for at in range(len(operation.operands))):
                found.add(target.local)
                grown = True
    return frozenset(found)


def _passes(flow: FunctionFlow, point: Point, operation: Operation, at: int, known: set[int]) -> bool:
    place = operation.operands[at].place
    if place is None or place.local not in known or operation.target is None:
        return False
    result = flow.type_of(operation.target)
    if is_plain(result):
        return False
    if operation.kind in _PASSING:
        return not place.steps or _by_pointer(result)
    if operation.kind != "call":
        return False
    if result.name == "core::option::Option" and flow.target(point).name in {"next", "next_back"}:
        return False  # an element, no longer in the container
    return flow.answers.moves(operation, at) == "yes" and not place.steps


def _by_pointer(type_: TypeRef) -> bool:
    if type_.kind == "path" and type_.name == "core::option::Option" and type_.args:
        type_ = type_.args[0]
    return type_.kind == "pointer" or type_.name == "core::ptr::NonNull"


def is_plain(type_: TypeRef) -> bool:
    """Whether values of the type are numbers or nothing at all."""
    return (type_.kind == "path" and type_.name in _PLAIN) or (type_.kind == "tuple" and not type_.args)


def uses(flow: FunctionFlow, known: frozenset[int]) -> Iterator[tuple[Point, Operation, str]]:
    """Operations that walk, change or drop what the locals hold, with the word for it; moves are none."""
    for point, operation in flow.graph.points():
        if operation.kind == "drop":
            target = operation.target
            if target is not None and target.local in known and not target.steps and _drops(flow, point):
                yield point, operation, "dropped"
        elif operation.kind == "call" and any(_names(operand, known) for operand in operation.operands):
            yield point, operation, "used"
        elif operation.kind not in {"storage_dead", "match"} and _reaches_into(operation, known):
            yield point, operation, "walked"


def _drops(flow: FunctionFlow, point: Point) -> bool:
    return flow.drops.decision(point).real != "no"


def _names(operand: Operand, known: frozenset[int]) -> bool:
    return operand.place is not None and operand.place.local in known


def _reaches_into(operation: Operation, known: frozenset[int]) -> bool:
    """Whether an operation reads or writes through a pointer that one of the locals holds."""
    places = [operand.place for operand in operation.operands if operand.place is not None]
    places += [operation.target] if operation.target is not None else []
    return any(place.local in known and "*" in place.steps for place in places)
