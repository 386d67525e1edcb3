"""References and boxes over raw memory that nothing wrote."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.uninit.allocated import allocates, writes_any

_SLICE_MUT = "core::slice::from_raw_parts_mut"
_UNCHECKED = frozenset({"slice::get_unchecked", "slice::get_unchecked_mut"})
_RESERVES = frozenset({"reserve", "reserve_exact"})
_MAYBE = "core::mem::MaybeUninit"


def lent_capacity(flow: FunctionFlow) -> Iterator[tuple[Point, Point]]:
    """A slice over a fresh vector's capacity, and the call of its user's code that is handed it."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).path != _SLICE_MUT or operation.target is None:
            continue
        if not _is_unwritten(flow, point, operation) or _is_maybe(flow, operation):
            continue
        for later, call in flow.graph.points():
            given = any(
                o.place is not None and _leads_to(flow, o.place.local, operation) for o in call.operands[1:]
            )
            if (
                call.kind == "call"
                and given
                and flow.graph.reaches(point, later)
                and flow.target(later).kind in _USERS
            ):
                yield point, later
                break


_USERS = frozenset({"generic", "dyn", "callback"})


def beyond_length(flow: FunctionFlow) -> Iterator[Point]:
    """A part of a vector up to the room just reserved, taken unchecked: its length is still what it was."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).path not in _UNCHECKED:
            continue
        place, end = operation.operands[0].place, _end_of(flow.values.of(operation.operands[1]))
        if place is None or end is None:
            continue
        if _just_reserved(flow, point, flow.writes.origin(place), end):
            yield point


def _just_reserved(flow: FunctionFlow, point: Point, owner: Place, count: Value) -> bool:
    """Whether room for as many elements was reserved on every way here, and nothing has changed the vector since."""
    for earlier, room in flow.graph.points():
        name = room.callee.name if room.kind == "call" and room.callee is not None else ""
        receiver = room.operands[0].place if name in _RESERVES else None
        if receiver is None or flow.writes.origin(receiver) != owner:
            continue
        same = flow.values.of(room.operands[1]) == count and flow.graph.dominates(earlier, point)
        if same and not any(
            flow.writes.may_write(operation, owner) and not _only_points(operation)
            for between, operation in flow.graph.points()
            if between not in {earlier, point}
            and flow.graph.reaches(earlier, between)
            and flow.graph.reaches(between, point)
        ):
            return True
    return False


def _only_points(operation: Operation) -> bool:
    """Whether a call that takes a vector by `&mut` only asks where its memory is."""
    return operation.callee is not None and operation.callee.name in {"as_mut_ptr", "as_mut_slice"}


def _end_of(index: Value) -> Value | None:
    """Where a range that is selected ends: `n` of `..n`."""
    return index.args[-1] if index.kind == "aggregate" and index.name == ".." and index.args else None


def _is_unwritten(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether a slice is made over a fresh vector's capacity, room just reserved, or memory just allocated."""
    pointer = flow.values.of(operation.operands[0])
    if _is_fresh_buffer(flow, pointer):
        return True
    while pointer.kind == "cast" or (pointer.kind == "call" and pointer.name in {".cast", ".add"}):
        pointer = pointer.args[0]
    if pointer.kind == "call" and allocates(pointer.name):
        return not writes_any(flow)
    place = pointer.args[0].place if pointer.kind == "call" and pointer.name == ".as_mut_ptr" else None
    length = flow.values.of(operation.operands[1])
    return place is not None and _just_reserved(flow, point, flow.writes.origin(place), length)


def _is_fresh_buffer(flow: FunctionFlow, pointer: Value) -> bool:
    """Whether a pointer is `as_mut_ptr()` of a vector that was made with capacity only."""
    while pointer.kind == "cast" or (pointer.kind == "call" and pointer.name in {".cast", ".add"}):
        pointer = pointer.args[0]
    if pointer.kind != "call" or pointer.name != ".as_mut_ptr" or not pointer.args:
        return False
    place = pointer.args[0].place
    if place is None:
        return pointer.args[0].kind == "call" and pointer.args[0].name.endswith("with_capacity")
    setters = [op for _, op in flow.graph.points() if op.target == place and op.kind == "call"]
    return (
        len(setters) == 1
        and setters[0].callee is not None
        and setters[0].callee.name.endswith("with_capacity")
    )


def _is_maybe(flow: FunctionFlow, operation: Operation) -> bool:
    type_ = flow.type_of(operation.target) if operation.target is not None else TypeRef("unknown")
    return _MAYBE in str(type_)


def _leads_to(flow: FunctionFlow, local: int, operation: Operation) -> bool:
    """Whether a local is the operation's result, or a variable that holds it."""
    made = operation.target.local if operation.target is not None else -1
    if local == made:
        return True
    definition = flow.values.definition(local)
    return definition is not None and any(
        operand.place is not None and operand.place.local == made for operand in definition.operands
    )
