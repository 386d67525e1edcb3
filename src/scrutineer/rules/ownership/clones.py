"""Clones that take over what is no longer there, or what `Drop` of the original gives back."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.dangling.pointers import Doubled
from scrutineer.rules.ownership.roots import argument, root, without_references
from scrutineer.rules.panic.walk import place_is_droppable
from scrutineer.rules.unit import Unit


def half_moved(unit: Unit, flow: FunctionFlow) -> Iterator[Doubled]:
    """`clone` methods that clone a whole field, out of which another method moves elements bit by bit."""
    if flow.entry.item.name != "clone" or flow.entry.item.receiver != "&self" or flow.body.closure >= 0:
        return
    for point, operation in flow.graph.points():
        given = argument(operation, 0) if operation.kind == "call" else None
        if given is None or flow.target(point).name != "clone":
            continue
        whole = root(flow, given, sure=True)
        if whole.local != 1 or len(whole.steps) != 1 or not place_is_droppable(flow, whole):
            continue
        if without_references(flow.type_of(given)) != flow.type_of(whole):
            continue  # an element of it
        other = next(_moves_out(unit, flow, whole.steps[0]), "")
        if other:
            yield Doubled(
                point,
                point,
                f"this clones all of `{whole.steps[0][1:]}`, also the elements that `{other}` moved out",
                "",
                "dangling",
            )
            return


def _moves_out(unit: Unit, flow: FunctionFlow, field: str) -> Iterator[str]:
    """Names of methods of the same type that read droppable elements out of the field by value."""
    own = without_references(flow.type_of(Place(1)))
    for entry in unit.program.functions:
        if entry.item.receiver != "&mut self" or not unit.has_unsafe(entry):
            continue
        self_type = unit.program.resolver.signature(entry.index).self_type
        other = unit.flows.of(entry.index) if self_type is not None and self_type.name == own.name else None
        for point, operation in other.graph.points() if other is not None else ():
            given = argument(operation, 0) if operation.kind == "call" else None
            if other is None or given is None or operation.target is None:
                continue
            reads = "duplicates" in effects_of(other.target(point).path)
            if reads and place_is_droppable(other, operation.target):
                behind = root(other, given, sure=True)
                if behind.local == 1 and behind.steps[:1] == (field,):
                    yield entry.item.name
