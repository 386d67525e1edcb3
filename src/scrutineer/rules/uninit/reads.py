"""Whether a variable is read, by this code or by its user's, before anything may have written it."""

from __future__ import annotations

from typing import Literal

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.paths import firsts
from scrutineer.model.body import Operation, Place
from scrutineer.rules.ownership.roots import root

_USERS = frozenset({"generic", "dyn", "callback"})
_PASSED_BY = frozenset({"storage_dead", "drop", "match", "borrow"})

Touch = Literal["read", "other"]


def is_read_first(flow: FunctionFlow, start: Point, place: Place) -> bool:
    """Whether on some path from after `start` a read comes before anything else that touches the place."""

    def touch(point: Point) -> Touch | None:
        return _touch(flow, point, place)

    return any(found == "read" for _, found in firsts(flow, start, touch))


def _touch(flow: FunctionFlow, point: Point, place: Place) -> Touch | None:
    """What one operation does to a place: a borrow alone does nothing, what is done with it counts."""
    operation = flow.operation(point)
    if operation.kind in _PASSED_BY or _is_asked(operation):
        return None
    for operand in operation.operands:
        if operand.place is None or operand.place.local < 0:
            continue
        if _reads(flow, operation, operand.place, place):
            return "read"
        if root(flow, operand.place).local == place.local:
            return "read" if operation.kind == "call" and _looks(flow, point) else "other"
    target = operation.target
    written = target is not None and target.local == place.local
    return "other" if written else None


def _is_asked(operation: Operation) -> bool:
    """Whether a call only asks how long something is."""
    return operation.callee is not None and operation.callee.name in {"len", "is_empty"}


def _reads(flow: FunctionFlow, operation: Operation, read: Place, place: Place) -> bool:
    """Whether an operation takes the value, or an element of it, itself."""
    if not place.is_prefix_of(flow.writes.origin(read)):
        return False
    return operation.kind in {"binary", "unary"} or (
        operation.kind == "assign" and any(step[0] == "[" for step in read.steps)
    )


def _looks(flow: FunctionFlow, point: Point) -> bool:
    """Whether a call may read what it is lent: its user's code, safe code that was not read, or a reader's buffer."""
    target = flow.target(point)
    if target.trait == "std::io::Read":
        return True
    unread = target.kind in {"external", "unknown"}
    return target.kind in _USERS or (unread and flow.operation(point).unsafe_block < 0)
