"""What a pointer becomes whose cast leaves the type to inference: `p as *const _` says nothing, its use does."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.rules.confusion.types import pointee

_DEEPEST = 4  # casts and moves that a pointer is followed through
_RESULT = Place(0)


def is_inferred(operation: Operation) -> bool:
    """Whether a cast names no type for what it points to."""
    type_ = operation.type
    return type_ is not None and (
        type_.kind == "infer" or (type_.kind == "pointer" and type_.args[0].kind == "infer")
    )


def expected(flow: FunctionFlow, local: int, depth: int = _DEEPEST) -> TypeRef | None:
    """What something that uses a pointer in a local takes it to point to; nothing where no use tells."""
    for point, operation in flow.graph.points():
        for found in _by_use(flow, point, operation, local, depth):
            if found.kind not in {"unknown", "infer"}:
                return found
    return None


def _by_use(
    flow: FunctionFlow, point: Point, operation: Operation, local: int, depth: int
) -> Iterator[TypeRef]:
    target = operation.target
    if target is not None and target == Place(local, ("*",)) and operation.kind == "assign":
        yield from _types(flow, operation.operands[0].place)
    for number, operand in enumerate(operation.operands):
        place = operand.place
        if place == Place(local, ("*",)) and target is not None:
            yield from _of_value(flow, point, operation, target, number)
        if place != Place(local):
            continue
        if target == _RESULT:
            yield from _of_result(flow, operation, number)
        elif target is not None and number == 0 and flow.target(point).path == "core::ptr::read":
            yield flow.type_of(target)
            yield from _where_it_goes(flow, target)
        elif depth and target is not None and not target.steps and _passes_on(operation):
            found = expected(flow, target.local, depth - 1)
            yield from () if found is None else (found,)


def _where_it_goes(flow: FunctionFlow, made: Place) -> Iterator[TypeRef]:
    for point, operation in flow.graph.points():
        for number, operand in enumerate(operation.operands):
            if operand.place == made and operation.target is not None:
                yield from _of_value(flow, point, operation, operation.target, number)


def _passes_on(operation: Operation) -> bool:
    return operation.kind == "assign" or (operation.kind == "cast" and is_inferred(operation))


def _types(flow: FunctionFlow, place: Place | None) -> Iterator[TypeRef]:
    if place is not None:
        yield flow.type_of(place)


def _of_value(
    flow: FunctionFlow, point: Point, operation: Operation, target: Place, number: int
) -> Iterator[TypeRef]:
    """The type that what is behind the pointer goes into: a field of what is built, a variable."""
    if operation.kind == "assign" and not target.steps and flow.body.locals[target.local].kind != "temporary":
        yield flow.type_of(target)
    built = operation.kind == "aggregate" or flow.target(point).kind == "constructor"
    if built:
        type_ = flow.type_of(target)
        name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
        variant = name if name != type_.last else ""
        fields = fields_of(flow.program, type_, variant) or {}
        names = operation.fields or tuple(map(str, range(len(operation.operands))))
        if number < len(names) and names[number] in fields:
            yield fields[names[number]]


def _of_result(flow: FunctionFlow, operation: Operation, number: int) -> Iterator[TypeRef]:
    """What the function says that it returns, directly or in a tuple."""
    if flow.body.closure >= 0:
        return
    for result in (flow.program.resolver.signature(flow.entry.index).result, flow.entry.item.result):
        given = result
        if operation.kind == "aggregate" and operation.name == "()" and result.kind == "tuple":
            given = result.args[number] if number < len(result.args) else result
        inner = pointee(given)
        if inner is not None:
            yield inner  # as written where it is of a crate that was not read: no type of the library
