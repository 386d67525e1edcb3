"""Owners that safe code can make of any pointer: the destructor frees what anybody may have put there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operation
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry, TypeEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.paths import canonical_path
from scrutineer.rules.lifetime.signatures import is_open
from scrutineer.rules.ownership.destructors import Destructors, Freed
from scrutineer.rules.ownership.roots import is_pointer, root
from scrutineer.rules.unit import Unit


class Given(msgspec.Struct, frozen=True):
    """Where safe code chooses the pointer that `freed` frees, and how."""

    path: str
    span: Span
    why: str
    freed: Freed


def given(unit: Unit, destructors: Destructors) -> Iterator[Given]:
    """Public fields and safe constructors through which a destructor is handed any pointer."""
    owners = dict(_owners(unit, destructors))
    if not owners:
        return
    for entry, freed in owners.values():
        yield from _public(unit, entry, freed)
    for function in unit.program.functions:
        if _takes_pointer(function) and is_open(unit.program, function.item, function):
            yield from _constructed(unit, function, owners)


def _owners(
    unit: Unit, destructors: Destructors
) -> Iterator[tuple[str, tuple[TypeEntry, tuple[Freed, ...]]]]:
    """Types of the crate whose own destructor frees a raw pointer field through a getter or where a flag says so.

    What a destructor frees directly and always is `exposed-invariant`'s to report.
    """
    for entry in unit.program.types:
        item = entry.item
        if item.form != "struct" or item.test or item.name not in destructors.names:
            continue
        args = tuple(TypeRef("param", name) for name in (*item.generics.types, *item.generics.consts))
        path = canonical_path(unit.program, entry)
        type_ = TypeRef("path", path, args)
        held = fields_of(unit.program, type_) or {}
        freed = tuple(
            known
            for known in destructors.of(type_)
            if is_pointer(held.get(known.field[1:], type_)) and (known.flag or not known.direct)
        )
        if freed:
            yield path, (entry, freed)


def _public(unit: Unit, entry: TypeEntry, known: tuple[Freed, ...]) -> Iterator[Given]:
    if not unit.program.visibility.is_reachable(entry):
        return
    for freed in known:
        for field in entry.item.fields:
            if f".{field.name}" == freed.field and field.visibility.startswith("pub"):
                path = unit.program.files[entry.file].path
                yield Given(path, field.span, f"the public field `{field.name}`", freed)
                return


def _takes_pointer(function: FunctionEntry) -> bool:
    item = function.item
    return (
        item.body_span is not None
        and not item.unsafe
        and any(is_pointer(parameter.type) or parameter.type.kind == "path" for parameter in item.parameters)
        and item.result.kind in {"path", "self"}
    )


def _constructed(
    unit: Unit, function: FunctionEntry, owners: dict[str, tuple[TypeEntry, tuple[Freed, ...]]]
) -> Iterator[Given]:
    signature = unit.program.resolver.signature(function.index)
    if not any(is_pointer(type_) for type_ in signature.parameters):
        return
    made = _made(signature.result)
    flow = unit.flows.of(function.index) if made in owners else None
    for point, operation in flow.graph.points() if flow is not None else ():
        for freed in owners[made][1] if flow is not None else ():
            if flow is not None and _fills(flow, operation, made, freed):
                name = function.item.name
                yield Given(flow.path, flow.operation(point).span, f"the safe `{name}`", freed)
                return


def _made(type_: TypeRef) -> str:
    while type_.last in {"Option", "Result"} and type_.args:
        type_ = type_.args[0]
    return type_.name


def _fills(flow: FunctionFlow, operation: Operation, made: str, freed: Freed) -> bool:
    """Whether an operation builds the owner with a raw pointer parameter in the field."""
    point = flow.point_of(operation)
    builds = operation.kind == "aggregate" or (point is not None and flow.target(point).kind == "constructor")
    if not builds or operation.target is None or flow.type_of(operation.target).name != made:
        return False
    for number, operand in enumerate(operation.operands):
        name = operation.fields[number] if number < len(operation.fields) else str(number)
        if name != freed.field[1:] or operand.place is None or freed.spares(operation):
            continue
        source = root(flow, operand.place, sure=True)
        if flow.sources.is_parameter(source) and not source.steps:
            return is_pointer(flow.type_of(source))
    return False
