"""Raw pointers into what a lock protects that are followed after its guard died, or without any guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.identity import lock_at
from scrutineer.locks.locks import FunctionLocks
from scrutineer.locks.places import root_of, written
from scrutineer.locks.suspends import suspended
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import LockId
from scrutineer.program.tables.locks import lock_types

_POINTS_INTO = frozenset({"as_ptr", "as_mut_ptr"})
_OWNERS = frozenset(
    {
        "alloc::vec::Vec",
        "alloc::string::String",
        "alloc::boxed::Box",
        "alloc::collections::vec_deque::VecDeque",
    }
)
_UNLOCKED = frozenset({"data_ptr", "as_mut_ptr", "as_ptr"})


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A pointer made at `made` and followed at `used`, where the lock that protects its target is not held."""

    flow: FunctionFlow
    lock: str
    made: Point
    used: Point
    target: str


def outlived(inside: FunctionLocks) -> Iterator[Followed]:
    """Pointers made from a guarded place under its guard, and followed where no guard of that lock can be alive."""
    flow = inside.flow
    for made, operation in flow.graph.points():
        source = _address_of(flow, made, operation)
        if source is None or operation.target is None or operation.target.steps:
            continue
        guarded = inside.guarded(made, source)
        if guarded is None:
            continue
        lock = guarded.lock
        free = partial(_is_free, inside, lock=lock)
        if operation.kind == "call":  # into a buffer, which whoever has the lock meanwhile may move or free
            free = partial(_is_over, inside, made, lock)
        used = _first_use(flow, made, operation.target.local, free)
        if used is not None:
            target = written(flow, root_of(flow, source).place)
            yield Followed(flow=flow, lock=str(lock), made=made, used=used, target=target)


def unlocked(flow: FunctionFlow, inside: FunctionLocks | None) -> Iterator[Followed]:
    """Pointers that a lock gives to what it protects without being taken, followed where it is not held."""
    for made, operation in flow.graph.points():
        call = flow.target(made)
        kind = lock_types().get(call.path.rpartition("::")[0])
        if (
            kind is None
            or not kind.thread_safe
            or call.name not in _UNLOCKED
            or call.name not in kind.unlocked
        ):
            continue
        place = operation.operands[0].place if operation.operands else None
        if place is None or operation.target is None or operation.target.steps or _is_unique(flow, place):
            continue
        lock, _ = lock_at(flow, place)
        used = _first_use(flow, made, operation.target.local, partial(_is_free, inside, lock=lock))
        if used is not None:
            yield Followed(flow=flow, lock=str(lock), made=made, used=used, target=str(lock))


def _is_unique(flow: FunctionFlow, place: Place) -> bool:
    """Whether the body has the lock to itself: by value, or through `&mut`."""
    root = root_of(flow, place).place
    if root.local < 0:
        return False
    type_ = flow.typed.locals[root.local]
    kind = flow.body.locals[root.local].kind
    return (type_.kind == "ref" and type_.mutable) or (kind != "capture" and type_.kind == "path")


def _is_free(inside: FunctionLocks | None, point: Point, lock: LockId) -> bool:
    if inside is None:
        return True
    return not any(each.guard.lock.may_equal(lock) for each in inside.held.may(point))


def _is_over(inside: FunctionLocks, made: Point, lock: LockId, point: Point) -> bool:
    """Whether every guard that was alive when something was made has died, or gave the lock back for a while."""
    under = inside.held.may(made)
    if not any(each in under for each in inside.held.may(point)):
        return True
    graph = inside.flow.graph
    return any(
        lock in suspended(inside, at) and graph.reaches(made, at) and graph.reaches(at, point)
        for at, operation in graph.points()
        if operation.kind == "call"
    )


def _address_of(flow: FunctionFlow, point: Point, operation: Operation) -> Place | None:
    """The place that an operation makes a raw pointer to; reading a pointer that lies there is not meant."""
    place = operation.operands[0].place if operation.operands else None
    if place is None or operation.target is None or flow.type_of(operation.target).kind != "pointer":
        return None
    if operation.kind in {"raw_borrow", "borrow"}:
        return place
    if operation.kind in {"cast", "assign"} and flow.type_of(place).kind == "ref":
        return place
    call = flow.target(point)
    owner = call.self_type.name if call.self_type is not None else ""
    return place if call.name in _POINTS_INTO and owner in _OWNERS else None


def _first_use(flow: FunctionFlow, made: Point, local: int, free: Callable[[Point], bool]) -> Point | None:
    """The first operation that follows the pointer, or a copy of it, at a point where it is free to change."""
    names = {local}
    for point, operation in flow.graph.points():
        target = operation.target
        copies = operation.kind in {"assign", "cast"} and target is not None and not target.steps
        if copies and target is not None and any(_is_one_of(o.place, names) for o in operation.operands):
            names.add(target.local)
            continue
        if operation.unsafe_block < 0 or not flow.graph.reaches(made, point) or not free(point):
            continue
        if _follows(flow, point, operation, names):
            return point
    return None


def _is_one_of(place: Place | None, names: set[int]) -> bool:
    return place is not None and place.local in names and not place.steps


def _follows(flow: FunctionFlow, point: Point, operation: Operation, names: set[int]) -> bool:
    """Whether an operation reads or writes what one of the pointers points to."""
    places = [*(operand.place for operand in operation.operands), operation.target]
    if any(place is not None and place.local in names and "*" in place.steps for place in places):
        return True
    call = flow.target(point)
    if operation.kind != "call" or call.kind != "std" or call.unsafe != "yes":
        return False
    return bool(operation.operands) and _is_one_of(operation.operands[0].place, names)
