"""What happens first to memory that was declared initialised: a raw pointer fills it, or somebody reads it."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import firsts
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operation, Place

Use = Literal["none", "pointer", "reset", "exposed", "returned"]

_LOOKS = frozenset({"len", "capacity", "is_empty", "reserve", "reserve_exact"})
_POINTERS = frozenset({"as_mut_ptr", "as_ptr", "as_mut_ptr_range", "spare_capacity_mut", "into_raw_parts"})
_RESETS = frozenset({"clear", "truncate", "set_len", "resize", "resize_with"})


class FirstUse(msgspec.Struct, frozen=True):
    """One first use of a place after a point."""

    use: Use
    point: Point


def first_uses(flow: FunctionFlow, start: Point, place: Place) -> list[FirstUse]:
    """The first use on each path from after `start`; paths that use it no more have none."""

    def used(point: Point) -> FirstUse | None:
        use = use_of(flow, point, place)
        return None if use == "none" else FirstUse(use, point)

    return [found for _, found in firsts(flow, start, used)]


def use_of(flow: FunctionFlow, point: Point, place: Place) -> Use:
    """How one operation uses a place."""
    operation = flow.operation(point)
    if operation.kind in {"storage_dead", "drop", "match"}:
        return "none"
    for operand in operation.operands:
        if operand.place is None or not overlaps(flow.writes.origin(operand.place), place):
            continue
        if operation.kind == "call" and operand.mode == "receiver" and operation.callee is not None:
            return "pointer" if _is_written(flow, point, operation) else _of_method(operation.callee.name)
        if operation.kind in {"borrow", "raw_borrow"}:
            return _of_borrow(flow, point, operation)
        if operation.kind == "assign" and operation.target is not None and not operand.place.steps:
            return "returned" if operation.target.local == 0 else "exposed"
        if operand.mode == "use" and (operand.place == place or place.steps):
            return "returned" if operation.target is not None and operation.target.local == 0 else "exposed"
    return "none"


def _is_written(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether a call takes one element's place, and the next thing done with that is to write there."""
    name = operation.callee.name if operation.callee is not None else ""
    if name != "get_unchecked_mut" or operation.target is None:
        return False
    for later in flow.body.blocks[point.block].operations[point.at + 1 :]:
        if (
            later.target is not None
            and later.target.local == operation.target.local
            and later.kind == "assign"
        ):
            return later.target.steps == ("*",)
        if later.operands and later.operands[0].place == operation.target:
            return later.callee is not None and later.callee.name.rpartition("::")[2] == "write"
    return False


def _of_method(name: str) -> Use:
    if name in _LOOKS:
        return "none"
    if name in _POINTERS:
        return "pointer"
    return "reset" if name in _RESETS else "exposed"


def _of_borrow(flow: FunctionFlow, point: Point, operation: Operation) -> Use:
    """A borrow that only becomes a raw pointer exposes nothing; a raw borrow is one already."""
    target = operation.target
    if operation.kind == "raw_borrow" or target is None or target.steps:
        return "pointer" if operation.kind == "raw_borrow" else "exposed"
    for later in flow.body.blocks[point.block].operations[point.at + 1 :]:
        for operand in later.operands:
            if operand.place is None or operand.place.local != target.local:
                continue
            if later.kind == "cast" or (later.callee is not None and later.callee.name in _POINTERS):
                return "pointer"
            if later.callee is not None and later.callee.name in _LOOKS:
                return "none"
            if later.callee is not None and later.callee.name in _RESETS:
                return "reset"
            return "exposed"
    return "exposed"
