"""Safe functions that store what their caller chose in a field which unsafe operations rely on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.origin import arguments, fields, in_order, is_bytes, is_number, is_pointer
from scrutineer.rules.argument.sinks import Sink
from scrutineer.rules.exposed.reads import Read


class Store(msgspec.Struct, frozen=True):
    """An argument that reaches a field unchecked, and the operation that relies on the field."""

    point: Point
    argument: Place
    read: Read


def stores(flow: FunctionFlow, wanted: dict[tuple[str, str], Read]) -> Iterator[Store]:
    """Where a body stores an argument in one of the wanted fields, given by owner and name."""
    for point, operation in flow.graph.points():
        for owner, name, operand in _sets(flow, point, operation):
            read = wanted.get((owner, name))
            if read is None:
                continue
            type_ = read.flow.type_of(read.place)
            fits = is_pointer if is_pointer(type_) else is_bytes if is_bytes(type_) else is_number
            sink = Sink(point, operand, read.sink.class_, "", read.sink.pointer)
            for argument in in_order(arguments(flow, operand)):
                found = frozenset({argument})
                if fits(flow.type_of(argument)) and not any(True for _ in guards(flow, sink, found)):
                    yield Store(point, argument, read)


def _sets(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[tuple[str, str, Operand]]:
    """Owner, field and value of each field that an operation sets."""
    target = operation.target
    if target is None:
        return
    if operation.kind == "aggregate" or (
        operation.kind == "call" and flow.target(point).kind == "constructor"
    ):
        owner = _named(flow.type_of(target))
        names = operation.fields or tuple(map(str, range(len(operation.operands))))
        for name, operand in zip(names, operation.operands, strict=False):
            yield owner, name, operand
    elif operation.kind == "assign" and len(fields(target)) == 1 and target.steps[-1][0] == ".":
        yield _named(flow.type_of(Place(target.local))), fields(target)[0], operation.operands[0]


def _named(type_: TypeRef) -> str:
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.name if type_.kind == "path" else ""
