"""Whether a removal looks first at something that the detaching function sets while it still holds the lock."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.interference.pair import Pair
from scrutineer.locks.places import field_owner, root_of
from scrutineer.model.body import Operation, Place

_STORES = frozenset({"set", "store", "replace", "swap", "write", "fetch_or", "fetch_and", "compare_exchange"})


def looked_at(pair: Pair) -> str:
    """Name of such a field; empty if there is none. A model without values cannot tell what looking at it decides."""
    asked = set(_asked(pair))
    return next((field.rpartition(".")[2] for field in _stored(pair) if field in asked), "")


def _asked(pair: Pair) -> Iterator[str]:
    """Fields that decide whether the removal is reached."""
    flow, point = pair.removal.flow, pair.removal.point
    for block in flow.graph.order:
        terminator = flow.body.blocks[block].terminator
        if terminator.condition is None or len(terminator.targets) < 2:
            continue
        if any(flow.graph.edge_dominates(block, target, point.block) for target in terminator.targets):
            for part in flow.sources.parts(terminator.condition):
                if part.place is not None:
                    yield from _field(flow, part.place)


def _stored(pair: Pair) -> Iterator[str]:
    """Fields that the detaching function sets after it detached, under the lock."""
    detach = pair.detach
    flow, held = detach.flow, detach.locks.held
    for point, operation in flow.graph.points():
        if not flow.graph.reaches(detach.point, point):
            continue
        if not any(each.guard.lock.may_equal(detach.guarded.lock) for each in held.may(point)):
            continue
        place = _store(operation)
        if place is not None:
            yield from _field(flow, place)


def _store(operation: Operation) -> Place | None:
    if operation.kind == "assign" and operation.target is not None and operation.target.steps:
        return operation.target
    callee = operation.callee
    if operation.kind == "call" and callee is not None and callee.form == "method" and callee.name in _STORES:
        return operation.operands[0].place
    return None


def _field(flow: FunctionFlow, place: Place) -> Iterator[str]:
    root = root_of(flow, place).place
    owner = field_owner(flow, root)
    if owner:
        yield f"{owner}{root.steps[-1]}"
