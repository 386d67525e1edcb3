"""Handles whose clones lead to one place, to which each of them gives `&mut`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program
from scrutineer.program.properties import CLONE
from scrutineer.rules.lifetime.signatures import references_in
from scrutineer.rules.ownership.roots import is_pointer, root, without_references
from scrutineer.rules.unit import Unit

_COUNTED = frozenset({"alloc::rc::Rc", "alloc::sync::Arc"})
_CELL = "core::cell::UnsafeCell"


def through_clone(program: Program, entry: FunctionEntry) -> str:
    """`&mut self` of a handle that can be cloned is unique to the handle, not to the cell behind it."""
    item = entry.item
    if item.receiver != "&mut self":
        return ""
    self_type = program.resolver.signature(entry.index).self_type
    if self_type is None or program.properties.implements(self_type, CLONE) == "no":
        return ""
    shared = [
        name
        for name, type_ in (fields_of(program, self_type) or {}).items()
        if type_.name in _COUNTED and type_.args and type_.args[0].name == _CELL
    ]
    return f"another clone shares the cell in `{shared[0]}`" if shared else ""


class Copied(msgspec.Struct, frozen=True):
    """A `clone` that copies the raw pointer `field`, through which the method `lender` gives `&mut`."""

    flow: FunctionFlow
    point: Point
    field: str
    lender: FunctionFlow
    lent: Point


def copied_pointers(unit: Unit) -> Iterator[Copied]:
    """Hand-written clones that share a pointer which `&mut self` methods of either make `&mut` of."""
    for entry in unit.program.functions:
        if entry.item.name != "clone" or entry.item.receiver != "&self" or entry.item.body_span is None:
            continue
        own = unit.program.resolver.signature(entry.index).self_type
        if own is None or not any(map(is_pointer, (fields_of(unit.program, own) or {}).values())):
            continue
        flow = unit.flows.of(entry.index)
        found = next(_copies(unit, flow, own), None) if flow is not None else None
        if found is not None:
            yield found


def _copies(unit: Unit, flow: FunctionFlow, own: TypeRef) -> Iterator[Copied]:
    for point, operation in flow.graph.points():
        builds = operation.kind == "aggregate" or flow.target(point).kind == "constructor"
        if not builds or operation.target is None or flow.type_of(operation.target).name != own.name:
            continue
        for given in operation.operands:
            source = root(flow, given.place, sure=True) if given.place is not None else None
            if (
                source is None
                or source.local != 1
                or not source.steps
                or not is_pointer(flow.type_of(source))
            ):
                continue
            for lender, lent in _lenders(unit, own, source.steps[-1]):
                yield Copied(flow, point, source.steps[-1][1:], lender, lent)


def _lenders(unit: Unit, own: TypeRef, field: str) -> Iterator[tuple[FunctionFlow, Point]]:
    """Safe `&mut self` methods of a type that give `&mut` to what its raw pointer field leads to."""
    for entry in unit.program.functions:
        item = entry.item
        if item.unsafe or item.receiver != "&mut self" or not unit.has_unsafe(entry):
            continue
        self_type = unit.program.resolver.signature(entry.index).self_type
        if self_type is None or without_references(self_type).name != own.name:
            continue
        flow = (
            unit.flows.of(entry.index) if any(type_.mutable for type_ in references_in(item.result)) else None
        )
        for point, operation in flow.graph.points() if flow is not None else ():
            if flow is not None and _lends(flow, operation, field):
                yield flow, point


def _lends(flow: FunctionFlow, operation: Operation, field: str) -> bool:
    place = operation.operands[0].place if operation.operands else None
    if operation.kind != "borrow" or not operation.mutable or place is None or "*" not in place.steps:
        return False
    behind = root(flow, type(place)(place.local, place.steps[: place.steps.index("*")]), sure=True)
    return behind.local == 1 and behind.steps[-1:] == (field,)
