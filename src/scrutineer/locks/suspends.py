"""Calls that give a lock back and take it again while its guard lives on: waiting on a condition, running unlocked."""

from __future__ import annotations

from functools import cache

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.locks import FunctionLocks
from scrutineer.locks.places import root_of
from scrutineer.model.lock import LockId
from scrutineer.program.tables.locks import guard_types


def suspended(inside: FunctionLocks, point: Point) -> tuple[LockId, ...]:
    """Locks that the call at a point gives back and takes again: those whose guard it is handed."""
    if path_of(inside.flow, point) not in _paths():
        return ()
    found: list[LockId] = []
    for operand in inside.flow.operation(point).operands:
        if operand.place is not None:
            root = root_of(inside.flow, operand.place).place
            found += [each.guard.lock for each in inside.held.in_local(point, root.local)]
    return tuple(dict.fromkeys(found))


def path_of(flow: FunctionFlow, point: Point) -> str:
    """Path of who is called; of a method of a crate that was not read, the receiver's type and the name as written."""
    known = flow.target(point).path
    operation = flow.operation(point)
    place = operation.operands[0].place if operation.operands else None
    if known or operation.callee is None or operation.callee.form != "method" or place is None:
        return known
    type_ = flow.type_of(place)
    while type_.kind == "ref" and type_.args:
        type_ = type_.args[0]
    return f"{type_.name}::{operation.callee.name}"


@cache
def _paths() -> frozenset[str]:
    """Full paths of such calls: a name alone is a method of the guard itself."""
    return frozenset(
        name if "::" in name else f"{path}::{name}"
        for path, kind in guard_types().items()
        for name in (*kind.suspends, *kind.runs_unlocked)
    )
