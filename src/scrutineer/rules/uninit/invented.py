"""Values that are made out of nothing: `uninitialized()`, `zeroed()`, `MaybeUninit::uninit().assume_init()`."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.uninit.reads import is_read_first
from scrutineer.rules.uninit.validity import may_be_unwritten, why_invalid, why_no_zero

_ASSUME = frozenset({"core::mem::MaybeUninit::assume_init", "alloc::boxed::Box::assume_init"})
_UNWRITTEN = (
    "MaybeUninit::uninit", "MaybeUninit::uninit_array", "Box::new_uninit", "Box::new_uninit_slice",
)  # fmt: skip


def invented(flow: FunctionFlow) -> Iterator[tuple[Point, TypeRef, str]]:
    """Values of types that have no such value, or of any type where they are read before they are written."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or operation.target is None:
            continue
        path = flow.target(point).path
        if path == "core::mem::uninitialized":
            made = flow.type_of(operation.target)
            why = why_invalid(flow, made) or _seen_unwritten(flow, point, operation.target, made)
        elif path == "core::mem::zeroed":
            made = flow.type_of(operation.target)
            why = why_no_zero(flow, made)
        elif path in _ASSUME and _is_unwritten(flow, operation):
            made = flow.type_of(operation.target)
            why = "" if may_be_unwritten(flow, made) else "nothing was written"
        elif path in _ASSUME and _is_unwritten(flow, operation, ("MaybeUninit::zeroed", "Box::new_zeroed")):
            made = flow.type_of(operation.target)
            why = why_no_zero(flow, made)
        else:
            continue
        if why and not _asks_size(flow, point):
            yield point, made, why


def _asks_size(flow: FunctionFlow, point: Point) -> bool:
    """Whether a check of the type's size stands before: a value without size is made of nothing."""
    return any(
        part.name.endswith("size_of")
        for check in flow.checks.at(point)
        for side in (check.fact.left, check.fact.right)
        if side is not None
        for part in side.walk()
    )


def _seen_unwritten(flow: FunctionFlow, point: Point, made: Place, type_: TypeRef) -> str:
    """Why bytes that nothing wrote are looked at, where the type itself would bear any bytes; empty if they are not."""
    if may_be_unwritten(flow, type_):
        return ""
    start, place = _settled(flow, point, made)
    return "it is read before anything is written to it" if is_read_first(flow, start, place) else ""


def _settled(flow: FunctionFlow, point: Point, made: Place) -> tuple[Point, Place]:
    """The variable that a value is moved to at once, and where."""
    for later, operation in flow.graph.points():
        if later.block != point.block or later.at <= point.at or operation.kind != "assign":
            continue
        if operation.operands[0].place == made and operation.target is not None:
            return later, operation.target
    return point, made


def _is_unwritten(flow: FunctionFlow, operation: Operation, makers: tuple[str, ...] = _UNWRITTEN) -> bool:
    """Whether the receiver is made without a value, and nothing touches it before `assume_init` takes it."""
    place = operation.operands[0].place
    if place is None or place.steps:
        return False
    made = flow.values.definition(place.local)
    while made is not None and made.kind == "assign" and made.operands[0].place is not None:
        place = made.operands[0].place
        made = flow.values.definition(place.local) if not place.steps else None
    return (
        made is not None
        and made.callee is not None
        and made.callee.name.endswith(makers)
        and not _touched(flow, place, operation)
    )


def _touched(flow: FunctionFlow, place: Place, taken: Operation) -> bool:
    """Whether anything but the call that takes it, and its way there, mentions a variable."""
    return any(
        operation is not taken and operation.kind not in {"assign", "drop", "storage_dead"}
        for _, operation in flow.graph.points()
        for operand in operation.operands
        if operand.place is not None and operand.place.local == place.local
    )
