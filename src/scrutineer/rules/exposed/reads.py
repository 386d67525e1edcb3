"""Fields that unsafe operations rely on: which type, which field, and where."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.origin import fields, in_order, is_bytes, is_number, is_pointer, origins
from scrutineer.rules.argument.sinks import Sink, leaves_checks, sinks


class Read(msgspec.Struct, frozen=True):
    """An operation of a body that relies on a field of a parameter, and that nothing checks it before."""

    flow: FunctionFlow
    sink: Sink
    place: Place
    owner: str

    @property
    def field(self) -> str:
        """The field of the owner that the way to the place begins with."""
        return fields(self.place)[0]


def reads(flow: FunctionFlow) -> Iterator[Read]:
    """Operations that rely on fields, the fields unchecked."""
    for sink in (*sinks(flow), *_unchecked_calls(flow)):
        for place in in_order(origins(flow, sink.operand)):
            owner = _owner(flow, place)
            if not fields(place) or owner.kind != "path" or not _fits(flow, sink, place):
                continue
            if not any(True for _ in guards(flow, sink, frozenset({place}))):
                yield Read(flow, sink, place, owner.name)


def _owner(flow: FunctionFlow, place: Place) -> TypeRef:
    return _pointee(flow.type_of(Place(place.local)))


def _pointee(type_: TypeRef) -> TypeRef:
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_


def _unchecked_calls(flow: FunctionFlow) -> Iterator[Sink]:
    """Calls of the crate's own unsafe functions that leave the checks to the caller."""
    for point, operation in flow.graph.points():
        target = flow.target(point)
        if target.kind == "resolved" and target.unsafe == "yes" and leaves_checks(target.name):
            for operand in operation.operands:
                if operand.mode != "receiver":
                    yield Sink(point, operand, "contract", target.path)


def _fits(flow: FunctionFlow, sink: Sink, place: Place) -> bool:
    type_ = flow.type_of(place)
    if sink.pointer:
        return is_pointer(type_)
    if sink.path.endswith("utf8_unchecked"):
        return is_bytes(type_)
    if sink.class_ == "contract":
        return is_number(type_) or is_pointer(type_) or _pointee(type_).kind == "slice"
    return is_number(type_)


def is_public(program: Program, type_: TypeRef, names: tuple[str, ...]) -> bool:
    """Whether code outside the crate can set a field, by a path of fields from a type that it can name."""
    for name in names:
        type_ = _pointee(type_)
        known = program.type_entry(type_.name) if type_.kind == "path" else None
        if known is None or not known[0].visibility.is_reachable(known[1]):
            return False
        field = next((each for each in known[1].item.fields if each.name == name), None)
        if field is None or not field.visibility.startswith("pub"):
            return False
        type_ = (fields_of(program, type_) or {}).get(name, type_)
    return True
