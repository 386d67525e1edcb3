"""Destructors of the crate that drop by hand what a field keeps: a second drop of it is theirs."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.ownership.roots import root, without_references
from scrutineer.rules.panic.walk import DROP

_BY_HAND = frozenset({"core::mem::ManuallyDrop::drop", "core::mem::ManuallyDrop::take"})


def drops_by_hand(flow: FunctionFlow, owner: Place) -> bool:
    """Whether what a field leads to (a raw pointer, a ManuallyDrop) is dropped by its holder's own destructor."""
    field = next((step for step in owner.steps if step[0] == "."), "")
    holder = without_references(flow.type_of(Place(owner.local)))
    if not field or holder.kind != "path" or flow.entry.item.name == "drop":
        return False
    index = flow.program.impl_index
    return any(
        _drops(flow.flow_of(function), field)
        for record, _ in index.matching(holder, DROP)
        if record.index >= 0
        for function in index.functions_of(record).get("drop", [])
    )


def _drops(destructor: FunctionFlow | None, field: str) -> bool:
    if destructor is None:
        return False
    for point, operation in destructor.graph.points():
        path = destructor.target(point).path if operation.kind == "call" else ""
        if path not in _BY_HAND and not effects_of(path) & {"drops_in_place", "owns_raw", "duplicates"}:
            continue
        given = operation.operands[0].place if operation.operands else None
        found = root(destructor, given) if given is not None else None
        if found is not None and found.local == 1 and field in found.steps:
            return True
    return False
