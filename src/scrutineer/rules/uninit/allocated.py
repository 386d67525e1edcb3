"""Freshly allocated memory that is owned, or overwritten as if it held a value, before anything is written there."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.rules.panic.walk import is_droppable

_ALLOCATES = ("alloc::alloc", "::alloc")
_BOX = "alloc::boxed::Box::from_raw"
_VEC = "alloc::vec::Vec::from_raw_parts"
_WRITES = frozenset(
    {"write", "copy", "copy_nonoverlapping", "copy_from", "copy_from_nonoverlapping", "write_bytes"}
)
_LOOKS = frozenset({"is_null", "cast"})
_MAYBE = "core::mem::MaybeUninit"


def boxed_unwritten(flow: FunctionFlow) -> Iterator[tuple[Point, TypeRef]]:
    """`Box::from_raw` and `Vec::from_raw_parts` of allocated memory that no operation of the function writes."""
    for point, operation in flow.graph.points():
        path = flow.target(point).path if operation.kind == "call" else ""
        if path not in {_BOX, _VEC} or (path == _VEC and is_nothing(flow.values.of(operation.operands[1]))):
            continue
        if not _is_allocated(flow, operation.operands[0]) or writes_any(flow):
            continue
        boxed = flow.type_of(operation.target).args if operation.target is not None else ()
        if boxed and _must_be_written(flow, boxed[0], 3):
            yield point, boxed[0]


def is_nothing(length: Value) -> bool:
    """Whether a length is the constant zero."""
    return length.kind == "constant" and length.name.rstrip("usize_") == "0"


def dropped_unwritten(flow: FunctionFlow) -> Iterator[Point]:
    """Assignments through a pointer to fresh memory, of a type with a destructor: they drop what is not there."""
    for point, operation in flow.graph.points():
        target = operation.target
        if operation.kind != "assign" or target is None or target.local < 0 or target.steps[:1] != ("*",):
            continue
        pointer = Place(target.local)
        if flow.type_of(pointer).kind != "pointer" or not is_droppable(flow, flow.type_of(target)):
            continue
        if _is_allocated(flow, Operand("use", pointer)) and not _written_before(flow, point, pointer):
            yield point


def _written_before(flow: FunctionFlow, point: Point, pointer: Place) -> bool:
    """Whether something may have written there already: a call that is given the pointer, an assignment."""
    for earlier, operation in flow.graph.points():
        if earlier == point or not flow.graph.reaches(earlier, point):
            continue
        target = operation.target
        if (
            operation.kind == "assign"
            and target is not None
            and target.local == pointer.local
            and target.steps
        ):
            return True
        given = any(o.place is not None and o.place.local == pointer.local for o in operation.operands)
        if operation.kind == "call" and given and flow.target(earlier).name not in _LOOKS:
            return True
    return False


def _is_allocated(flow: FunctionFlow, pointer: Operand) -> bool:
    return any(part.kind == "call" and allocates(part.name) for part in flow.sources.parts(pointer))


def allocates(name: str) -> bool:
    """Whether a call of that name allocates memory without writing it."""
    return name == "alloc" or (name.endswith(_ALLOCATES) and not name.startswith("."))


def writes_any(flow: FunctionFlow) -> bool:
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
