"""Values taken bit by bit through a raw pointer of somebody who only borrows them, or who keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.dangling.pointers import Doubled
from scrutineer.rules.ownership.parts import given_back
from scrutineer.rules.ownership.roots import (
    argument,
    is_pointer,
    may_be_copied,
    names_of,
    root,
    without_references,
)
from scrutineer.rules.panic.updates import forgets
from scrutineer.rules.panic.walk import is_droppable, place_is_droppable

_READS = frozenset({"read", "read_unaligned", "transmute_copy"})
_COPIES = frozenset({"copy", "copy_nonoverlapping"})
_CHANGES = ("core::cell::", "core::sync::atomic::")
_BY_SHARED = "this takes a value out of memory that `&self` leaves as it was: each call makes another owner"
_BY_VIEW = "this takes a value out of memory that is not its own, and drops it: its owner drops it too"


def taken(flow: FunctionFlow) -> Iterator[Doubled]:
    """Values that a safe method reads out through a raw pointer field of a `self` that goes on holding them."""
    item = flow.entry.item
    if item.unsafe or flow.body.closure >= 0 or item.receiver not in {"&self", "&mut self"}:
        return
    if not flow.program.visibility.is_reachable(flow.entry):
        return
    for point, operation in flow.graph.points():
        if not _takes(flow, point, operation):
            continue
        assert operation.target is not None
        names = names_of(flow, operation.target.local) | {operation.target.local}
        if any(forgets(flow, at, there, names) for at, there in flow.graph.points()):
            continue
        if item.receiver == "&self":
            if not _changes(flow):
                yield Doubled(point, point, _BY_SHARED, "", "double-free")
        elif _owns_nothing(flow) and (end := _dropped(flow, operation.target.local)) is not None:
            yield Doubled(point, end, _BY_VIEW, "dropped here", "double-free")


def _takes(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether an operation makes an owner of what a raw pointer field of `self` leads to."""
    target = flow.target(point)
    if target.kind != "std" or "duplicates" not in effects_of(target.path):
        return _copied_by_callee(flow, point, operation)
    made, source = operation.target, argument(operation, 0)
    if made is None or made.steps or source is None or target.name not in _READS:
        return False
    if not place_is_droppable(flow, made) or may_be_copied(flow, flow.type_of(made)):
        return False
    behind = root(flow, source, sure=True)
    return behind.local == 1 and bool(behind.steps) and is_pointer(flow.type_of(behind))


def _copied_by_callee(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether an unsafe function of the crate copies elements out of what it is given, into something of its own."""
    target = flow.target(point)
    known = target.kind == "resolved" and target.crate == flow.program.root and target.unsafe == "yes"
    inner = flow.flow_of(target.function) if known and len(operation.operands) > 1 else None
    if inner is None or operation.target is None:
        return False
    for at, there in inner.graph.points():
        if there.kind != "call" or inner.target(at).name not in _COPIES:
            continue
        source, into = (argument(there, number) for number in (0, 1))
        if source is None or into is None:
            continue
        taken_from, taken_to = root(inner, source, sure=True), root(inner, into)
        given = argument(operation, taken_from.local - 1) if taken_from.local > 1 else None
        if given is None or not inner.sources.is_parameter(taken_from) or taken_to.local != 1:
            continue
        held = without_references(flow.type_of(given))
        element = held.args[0] if held.args else held
        behind = root(flow, given)
        if behind.local == 1 and is_droppable(flow, element) and not may_be_copied(flow, element):
            return True
    return False


def _changes(flow: FunctionFlow) -> bool:
    """Whether a method may record that the value is gone: in a cell or an atomic, or in a function not known here."""
    for point, operation in flow.graph.points():
        target = flow.target(point)
        if operation.kind == "opaque" or target.path.startswith(_CHANGES):
            return True
        if operation.kind != "call" or target.kind in {"std", "constructor"}:
            continue
        on_itself = any(
            given.place is not None and root(flow, given.place).local == 1 for given in operation.operands
        )
        if on_itself and not _copied_by_callee(flow, point, operation) and not _gives(flow, operation):
            return True
    return False


def _gives(flow: FunctionFlow, operation: Operation) -> bool:
    """Whether a call only looks: it gives back a part of `self`, or takes it shared and has no unsafe code."""
    if given_back(flow, operation, root) is not None:
        return True
    point = flow.point_of(operation)
    signature = flow.target(point).signature if point is not None else None
    return signature is not None and signature.receiver == "&self"


def _owns_nothing(flow: FunctionFlow) -> bool:
    own = without_references(flow.type_of(Place(1)))
    return own.kind == "path" and flow.program.properties.needs_drop(own, flow.typed.bounds) == "no"


def _dropped(flow: FunctionFlow, local: int) -> Point | None:
    """Where the value is dropped in the same function, having been moved nowhere."""
    for point, operation in flow.graph.points():
        ends = operation.kind == "drop" and operation.target == Place(local)
        if ends and flow.drops.decision(point).real != "no":
            return point
    return None
