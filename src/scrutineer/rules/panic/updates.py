"""Operations that bring memory and its owner's account of it together again: writes, lengths, forgetting."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import INTEGERS
from scrutineer.program.tables.effects import effects_of
from scrutineer.rules.ownership.roots import argument, root

_REPLACES = frozenset({"core::mem::replace", "core::mem::swap", "core::ptr::replace", "core::ptr::swap"})
_SECOND = frozenset({"copy", "copy_nonoverlapping"})
_FILLS = frozenset({"write", "write_unaligned", "write_bytes", "copy_from", "copy_from_nonoverlapping"})


def written_root(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """Whose memory an operation writes through a pointer or by an indexed assignment."""
    target = operation.target
    if operation.kind == "assign" and target is not None and any(step[0] in "[*" for step in target.steps):
        return root(flow, target)
    if operation.kind != "call":
        return None
    path = flow.target(point).path
    owner, _, name = path.rpartition("::")
    written = None
    if name in _SECOND and owner in {"core::ptr", "core::intrinsics"}:
        written = argument(operation, 1)
    elif path in _REPLACES or (name in _FILLS and owner in {"core::ptr", "pointer", "core::ptr::NonNull"}):
        written = argument(operation, 0)
    return None if written is None else root(flow, written)


def sets_length(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """Whose length an operation sets: by `set_len`, or by writing an integer field."""
    if operation.kind == "call":
        called = operation.callee
        if called is None or not called.name.rpartition("::")[2].startswith("set_len"):
            return None
        given = argument(operation, 0)
        return None if given is None else root(flow, given)
    written = counter_written(flow, point, operation)
    return None if written is None else root(flow, written)


def counter_written(flow: FunctionFlow, _point: Point, operation: Operation) -> Place | None:
    """The integer that an operation writes in a field, or behind a reference."""
    place = operation.target if operation.kind == "assign" else None
    if operation.kind == "binary" and operation.target is None and operation.operands:
        place = operation.operands[0].place
    if place is None or not place.steps or place.steps[-1][0] not in ".*":
        return None
    return place if flow.type_of(place).name in INTEGERS else None


def forgets(flow: FunctionFlow, point: Point, operation: Operation, locals_: frozenset[int]) -> bool:
    """Whether an operation takes one of the locals without dropping it."""
    if operation.kind != "call" or "forgets" not in effects_of(flow.target(point).path):
        return False
    return any(
        given.mode in {"use", "receiver"} and given.place is not None and given.place.local in locals_
        for given in operation.operands
    )


def mends(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether an operation updates the owner: a write to its memory, its length, or one of its counters."""
    for found in (written_root(flow, point, operation), sets_length(flow, point, operation)):
        if found is not None and found.local == owner.local:
            return True
    target = operation.target
    return operation.kind == "assign" and target is not None and target.local == owner.local


def is_zero(flow: FunctionFlow, operation: Operation) -> bool:
    """Whether what is set is the constant zero: nothing is owned from here on."""
    given = operation.operands[-1] if operation.operands else None
    value = flow.values.of(given)
    return operation.name in {"", "="} and value.kind == "constant" and value.name.rstrip("usize_") == "0"
