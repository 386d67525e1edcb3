"""Values with two owners that are both dropped."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import after, never
from scrutineer.model.body import Operation, Place
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.dangling.pointers import Doubled
from scrutineer.rules.ownership.roots import argument, is_manual, is_pointer, names_of, root
from scrutineer.rules.panic.updates import forgets, mends
from scrutineer.rules.panic.walk import place_is_droppable

_BY_HAND = frozenset({"core::mem::ManuallyDrop::take", "core::mem::ManuallyDrop::drop"})
_OPTIONAL = frozenset({"@Some", "@Ok"})  # of what a call gave, perhaps
_PASSES_ON = frozenset({"borrow", "raw_borrow", "cast"})


def twice(flow: FunctionFlow) -> Iterator[Doubled]:
    """Second owners, made by `from_raw` or `ptr::read`, of what a variable still drops at its end."""
    for point, operation in flow.graph.points():
        if operation.kind != "call" or operation.target is None or operation.target.steps:
            continue
        path = flow.target(point).path
        effects = effects_of(path)
        if path in _BY_HAND or not effects & {"owns_raw", "duplicates"}:
            continue
        if not place_is_droppable(flow, operation.target):
            continue
        source = argument(operation, 0)
        owner = root(flow, source, sure=True) if source is not None and not _is_loaded(flow, source) else None
        if owner is None or owner.local < 0 or owner.local == operation.target.local:
            continue
        if is_manual(flow, owner) or not _is_whole(flow, point, operation, owner):
            continue
        end = _both_end(flow, point, operation, owner)
        if end is not None:
            yield Doubled(
                point, end, "this makes a second owner of what is still dropped by its first", "dropped here again",
                "double-free",
            )  # fmt: skip


def _is_loaded(flow: FunctionFlow, source: Place) -> bool:
    """Whether a pointer is an element of something that was lent, or what a variant holds: then it leads elsewhere."""
    value = flow.values.of_place(source)
    held = value.place if value.kind == "place" and value.place is not None else source
    return is_pointer(flow.type_of(source)) and any(map(_leads_elsewhere, held.steps))


def _leads_elsewhere(step: str) -> bool:
    return step[0] in "*[" or (step[0] == "@" and step not in _OPTIONAL)


def _is_whole(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether the second owner is of all that the first one owns, or of a value that it holds directly."""
    if "owns_raw" in effects_of(flow.target(point).path):
        return True
    assert operation.target is not None
    return flow.type_of(owner) == flow.type_of(operation.target)


def _both_end(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> Point | None:
    """Where the first owner is dropped after the second was made, if nobody gives one of them up."""
    assert operation.target is not None
    names = names_of(flow, operation.target.local)
    own = Place(owner.local)
    if flow.type_of(own).kind in {"ref", "pointer"}:
        return None

    def given_up(at: Point, there: Operation) -> bool:
        return forgets(flow, at, there, names | {owner.local}) or mends(flow, at, there, owner)

    if any(forgets(flow, at, flow.operation(at), names) for at in after(flow, point, never)):
        return None
    for later in after(flow, point, given_up):
        there = flow.operation(later)
        if there.kind == "drop" and there.target == own:
            decided = flow.drops.decision(later)
            parts = (*decided.without, *decided.perhaps)
            kept = flow.drops.initialised(later, own) == "yes" and decided.real != "no"
            if kept and not any(part.is_prefix_of(owner) for part in parts):
                return later
    return None
