"""Locks without a guard value: `x_lock(p)` holds until `x_unlock(p)`, as in C and with raw locks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.identity import lock_at
from scrutineer.locks.places import Root
from scrutineer.model.body import Operation, Skeleton
from scrutineer.model.lock import LockId, LockMode
from scrutineer.program.tables.locks import lock_table

_SPINS = ("spin",)
_SHARED = ("read", "rdlock", "shared")


class PairTaken(msgspec.Struct, frozen=True, kw_only=True):
    """One call that takes such a lock, with the calls of the same body that give it back."""

    point: Point
    operation: Operation
    lock: LockId
    root: Root
    mode: LockMode
    waits: str
    releases: tuple[Point, ...]


def gives_back(name: str) -> str:
    """Name of the call that gives back what a call of this name takes; empty if it takes nothing."""
    known = next((pair.gives for pair in lock_table().pair if pair.takes == name), "")
    if known or "unlock" in name or "try" in name:
        return known
    before, word, after = name.rpartition("lock")
    whole = (not before or before.endswith("_")) and (not after or after.startswith("_"))
    return f"{before}un{word}{after}" if word and whole else ""


def may_pair(skeleton: Skeleton) -> bool:
    """Whether a function calls both ends of a pair, as far as names tell."""
    names = {call.lstrip(".").rpartition("::")[2] for call in skeleton.calls}
    return any(gives_back(name) in names for name in names if "ock" in name or "Critical" in name)


def pairs(flow: FunctionFlow) -> Iterator[PairTaken]:
    """Every lock of a body that is taken and given back by two calls with the same argument."""
    calls = [
        (point, operation) for point, operation in flow.graph.points() if _is_raw(flow, point, operation)
    ]
    for point, operation in calls:
        back = gives_back(_name(operation))
        place = operation.operands[0].place
        if not back or place is None:
            continue
        lock, root = lock_at(flow, place)
        releases = tuple(
            at
            for at, other in calls
            if _name(other) == back
            and (p := other.operands[0].place) is not None
            and lock_at(flow, p)[1] == root
        )
        if releases:
            name = _name(operation)
            yield PairTaken(
                point=point, operation=operation, lock=lock, root=root, releases=releases,
                mode="shared" if any(word in name for word in _SHARED) else "exclusive",
                waits="spins" if any(word in name for word in _SPINS) else "sleeps",
            )  # fmt: skip


def _name(operation: Operation) -> str:
    return operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""


def _is_raw(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """A call that can be an end of a pair: of a foreign function, or of a method that gives no value."""
    if operation.kind != "call" or operation.callee is None or not operation.operands:
        return False
    if "lock" not in _name(operation) and not any(
        _name(operation) in {pair.takes, pair.gives} for pair in lock_table().pair
    ):
        return False
    return flow.target(point).kind == "foreign" or _gives_nothing(flow, operation)


def _gives_nothing(flow: FunctionFlow, operation: Operation) -> bool:
    if operation.target is None:
        return True
    result = flow.type_of(operation.target)
    return result.kind == "tuple" and not result.args
