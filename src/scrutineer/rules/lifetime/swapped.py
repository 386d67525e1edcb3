"""References into what an atomic pointer leads to, while another method may put something else there and free the old."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.lifetime.signatures import is_open, references_in
from scrutineer.rules.ownership.roots import argument, root, without_references
from scrutineer.rules.unit import Unit

_ATOMIC = "core::sync::atomic::AtomicPtr"
_REPLACES = frozenset({"swap", "compare_exchange", "compare_exchange_weak"})
_TAKES = frozenset({"frees", "owns_raw"})


class Lent(msgspec.Struct, frozen=True):
    """`&self` lends what `field` leads to; `&self` of `other` takes it away."""

    flow: FunctionFlow
    point: Point
    field: str
    other: FunctionFlow
    taken: Point


def lent_while_swapped(unit: Unit, entry: FunctionEntry) -> Iterator[Lent]:
    """References that a safe `&self` method makes of a loaded atomic pointer, which another `&self` method frees."""
    item = entry.item
    if item.receiver != "&self" or not any(True for _ in references_in(item.result)):
        return
    flow = unit.flows.of(entry.index) if is_open(unit.program, item, entry) else None
    for point, operation in flow.graph.points() if flow is not None else ():
        place = operation.operands[0].place if operation.operands else None
        if flow is None or operation.kind != "borrow" or place is None or place.steps[-1:] != ("*",):
            continue
        field = _loaded(flow, place)
        found = next(_takers(unit, flow, field), None) if field else None
        if found is not None:
            yield Lent(flow, point, field[1:], *found)
            return


def _loaded(flow: FunctionFlow, place: Place) -> str:
    """The atomic pointer field of `self` that a followed pointer was loaded from; empty if it was not."""
    source = root(flow, Place(place.local, place.steps[:-1]), sure=True)
    if source.local != 1 or not source.steps or flow.type_of(source).name != _ATOMIC:
        return ""
    return source.steps[-1]


def _takers(unit: Unit, flow: FunctionFlow, field: str) -> Iterator[tuple[FunctionFlow, Point]]:
    """`&self` methods of the same type that swap the field and own, or free, what was there."""
    own: TypeRef = without_references(flow.type_of(Place(1)))
    for entry in unit.program.functions:
        if entry.item.receiver != "&self" or entry.item.unsafe or not unit.has_unsafe(entry):
            continue
        self_type = unit.program.resolver.signature(entry.index).self_type
        other = unit.flows.of(entry.index) if self_type is not None and self_type.name == own.name else None
        if other is None or not any(
            _REPLACES & {other.target(point).name} for point, _ in other.graph.points()
        ):
            continue
        for point, operation in other.graph.points():
            given = argument(operation, 0) if operation.kind == "call" else None
            if given is None or not effects_of(other.target(point).path) & _TAKES:
                continue
            if root(other, given, sure=True) == Place(1, (field,)):
                yield other, point
