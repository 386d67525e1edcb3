"""Slices, boxes and the like made of a pointer field that a constructor of the type leaves null."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from scrutineer.contracts.catalogue import contract_of
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Place
from scrutineer.model.span import Span
from scrutineer.program.memo import kept
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.origin import fields, origins
from scrutineer.rules.argument.sinks import Sink
from scrutineer.rules.unit import Unit

_NULLS = ("null", "null_mut")
_SELF = Place(1)


class Made(msgspec.Struct, frozen=True):
    """Where a constructor sets a field to null."""

    path: str
    span: Span


def null_uses(unit: Unit, flow: FunctionFlow) -> Iterator[tuple[Point, Made]]:
    """Uses of a pointer field that may be null by what admits no null, with no test of it or of the object."""
    for point, operation in flow.graph.points():
        path = flow.target(point).path if operation.kind == "call" else ""
        if not _needs_one(path) or not operation.operands:
            continue
        pointers = [place for place in origins(flow, operation.operands[0]) if fields(place)]
        made = _made_null(unit, flow, pointers[0]) if len(pointers) == 1 else None
        if made is not None and not _tested(flow, point, operation.operands, pointers[0]):
            yield point, made


@cache
def _needs_one(path: str) -> bool:
    """Whether a function of std asks that its first argument is not null, or is a block to take over."""
    contract = contract_of(path) if path else None
    asked = contract.obligations if contract is not None else ()
    return any(each.property in {"non-null", "owned"} and each.position == 0 for each in asked)


def _tested(flow: FunctionFlow, point: Point, operands: tuple[Operand, ...], pointer: Place) -> bool:
    """Whether some check is about the pointer, or about anything of the object, as a length is."""
    sink = Sink(point, operands[0], "null", "")
    return any(True for _ in guards(flow, sink, frozenset({pointer, _SELF})))


def _made_null(unit: Unit, flow: FunctionFlow, pointer: Place) -> Made | None:
    """A function of the same type that builds it with the field null and hands it to nobody who could set it."""
    owner = unit.program.resolver.scope_of(flow.entry).self_type
    if owner is None or owner.kind != "path" or pointer.local != 1:
        return None
    return _null_fields(unit, owner.name).get(fields(pointer)[-1])


@kept
def _null_fields(unit: Unit, owner: str) -> dict[str, Made]:
    found: dict[str, Made] = {}
    for entry in unit.program.functions:
        if entry.item.impl_ < 0 or entry.item.receiver or entry.item.body_span is None:
            continue
        type_ = unit.program.resolver.scope_of(entry).self_type
        flow = unit.flows.of(entry.index) if type_ is not None and type_.name == owner else None
        if flow is not None and not _calls_foreign(flow):
            for name, span in _nulls(flow):
                found.setdefault(name, Made(flow.path, span))
    return found


def _calls_foreign(flow: FunctionFlow) -> bool:
    return any(target.kind in {"foreign", "external", "unknown"} for target in flow.typed.calls.values())


def _nulls(flow: FunctionFlow) -> Iterator[tuple[str, Span]]:
    for _, operation in flow.graph.points():
        if operation.kind == "aggregate":
            for name, operand in zip(operation.fields, operation.operands, strict=False):
                if _is_null(flow.values.of(operand)):
                    yield name, operation.span


def _is_null(value: Value) -> bool:
    while value.kind == "cast":
        value = value.args[0]
    return value.kind == "call" and value.name.rpartition("::")[2] in _NULLS
