"""References and boxes over raw memory that nothing wrote."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operation
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of

_SLICE_MUT = "core::slice::from_raw_parts_mut"
_FROM_RAW = "alloc::boxed::Box::from_raw"
_ALLOCATES = ("alloc::alloc", "::alloc")
_WRITES = frozenset(
    {"write", "copy", "copy_nonoverlapping", "copy_from", "copy_from_nonoverlapping", "write_bytes"}
)
_UNCHECKED = frozenset({"slice::get_unchecked", "slice::get_unchecked_mut"})
_RESERVES = frozenset({"reserve", "reserve_exact"})
_MAYBE = "core::mem::MaybeUninit"


def lent_capacity(flow: FunctionFlow) -> Iterator[tuple[Point, Point]]:
    """A slice over a fresh vector's capacity, and the call of its user's code that is handed it."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).path != _SLICE_MUT or operation.target is None:
            continue
        if not _is_fresh_buffer(flow, flow.values.of(operation.operands[0])) or _is_maybe(flow, operation):
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
        owner = flow.writes.origin(place)
        for earlier, room in flow.graph.points():
            name = room.callee.name if room.kind == "call" and room.callee is not None else ""
            receiver = room.operands[0].place if name in _RESERVES else None
            if receiver is None or flow.writes.origin(receiver) != owner:
                continue
            same = flow.values.of(room.operands[1]) == end and flow.graph.dominates(earlier, point)
            if same and not flow.writes.written_between(Point(earlier.block, earlier.at + 1), point, [owner]):
                yield point
                break


def _end_of(index: Value) -> Value | None:
    """Where a range that is selected ends: `n` of `..n`."""
    return index.args[-1] if index.kind == "aggregate" and index.name == ".." and index.args else None


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


def boxed_unwritten(flow: FunctionFlow) -> Iterator[tuple[Point, TypeRef]]:
    """`Box::from_raw` of freshly allocated memory that no operation of the function writes."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or flow.target(point).path != _FROM_RAW:
            continue
        made = [part for part in flow.sources.parts(operation.operands[0]) if part.kind == "call"]
        if not any(_allocates(part.name) for part in made) or _writes_any(flow):
            continue
        boxed = flow.type_of(operation.target).args if operation.target is not None else ()
        if boxed and _must_be_written(flow, boxed[0], 3):
            yield point, boxed[0]


def _allocates(name: str) -> bool:
    return name == "alloc" or (name.endswith(_ALLOCATES) and not name.startswith("."))


def _writes_any(flow: FunctionFlow) -> bool:
    """Whether the function writes through any pointer: then what it writes is not told apart here."""
    for _, operation in flow.graph.points():
        if operation.callee is not None and operation.callee.name.rpartition("::")[2] in _WRITES:
            return True
        if operation.kind == "assign" and operation.target is not None and "*" in operation.target.steps:
            return True
    return False


def _must_be_written(flow: FunctionFlow, type_: TypeRef, depth: int) -> bool:
    """Whether a type has a part that is not MaybeUninit."""
    if type_.kind in {"unknown", "infer"} or type_.name == _MAYBE:
        return False
    if type_.kind in {"slice", "array"}:
        return _must_be_written(flow, type_.args[0], depth)
    fields = fields_of(flow.program, type_) if type_.kind == "path" and depth else None
    if fields:
        return any(_must_be_written(flow, part, depth - 1) for part in fields.values())
    return True
