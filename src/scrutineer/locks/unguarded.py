"""Memory that every other function reaches under one lock: a cell or pointer beside the lock, touched without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.locks.locks import FunctionLocks, Locks
from scrutineer.locks.places import field_owner, root_of
from scrutineer.model.body import Operation, Place
from scrutineer.model.lock import LockId
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.fields import fields_of

_CELLS = frozenset(
    {"core::cell::UnsafeCell", "core::cell::SyncUnsafeCell", "core::ptr::NonNull", "kernel::types::Opaque"}
)
_ATOMIC = "core::sync::atomic::"
_FEWEST = 2  # functions that agree on a lock


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One unsafe access of a body to what a field holds or points to; `under` are locks held then, by type and field."""

    flow: FunctionFlow
    point: Point
    field: str
    writes: bool
    under: frozenset[tuple[str, str]]


class Unguarded(msgspec.Struct, frozen=True):
    """An access without the lock under which all others reach the field, and one of those."""

    access: Access
    lock: str
    other: Access
    functions: int


class UnguardedAccesses:
    """Finds them in one program."""

    def __init__(self, locks: Locks) -> None:
        """Nothing is looked at yet."""
        self.locks = locks
        self.program = locks.program

    def all(self) -> Iterator[Unguarded]:
        """Each field that functions agree on a lock for, and the one function that does not take it."""
        guarded = [
            each for inside in self.locks.bodies() for each in accesses(inside.flow, inside) if each.under
        ]
        fields = {each.field for each in guarded}
        if not fields:
            return
        bare = [
            each
            for flow in self._flows
            for each in accesses(flow, self.locks.inside(flow))
            if each.field in fields
        ]
        for field in sorted(fields):
            yield from self._judge(
                [each for each in guarded if each.field == field],
                [each for each in bare if each.field == field and not each.under],
            )

    def _judge(self, guarded: list[Access], bare: list[Access]) -> Iterator[Unguarded]:
        agreed = frozenset.intersection(*(each.under for each in guarded))
        functions = {each.flow.entry.index for each in guarded}
        alone = {each.flow.entry.index for each in bare}
        if not agreed or len(functions) < _FEWEST or len(alone) != 1 or alone & functions:
            return
        if not any(each.writes for each in (*guarded, *bare)):
            return
        access = bare[0]
        if self._asks(access) or self._called_under(access.flow.entry, agreed):
            return
        owner, field = min(agreed)
        name = f"{owner.rpartition('::')[2]}.{field}" if owner else field
        yield Unguarded(access, name, guarded[0], len(functions))

    @cached_property
    def _flows(self) -> tuple[FunctionFlow, ...]:
        """Safe functions with an unsafe block, outside of tests."""
        holding = {
            (number, block.function)
            for number, facts in enumerate(self.program.files)
            for block in facts.unsafe_blocks
        }
        found: list[FunctionFlow] = []
        for entry in self.program.functions:
            if (entry.file, entry.number) in holding and not entry.item.unsafe and not entry.item.test:
                flow = self.locks.flows.of(entry.index)
                found += [flow] if flow is not None else []
        return tuple(found)

    def _asks(self, access: Access) -> bool:
        """Whether something atomic is asked before: a flag may say that nobody else has the field now."""
        flow = access.flow
        return any(
            flow.target(point).path.startswith(_ATOMIC) and flow.graph.reaches(point, access.point)
            for point, operation in flow.graph.points()
            if operation.kind == "call"
        )

    def _called_under(self, entry: FunctionEntry, locks: frozenset[tuple[str, str]]) -> bool:
        """Whether a function that others cannot call is called only where the lock is held (or never)."""
        if self.program.visibility.is_reachable(entry):
            return False
        return all(
            (inside := self.locks.of(edge.caller)) is not None
            and not edge.closure
            and not locks.isdisjoint(_names(inside.held.must(Point(edge.block, edge.operation))))
            for edge in self.program.call_graph.callers(entry.index)
        )


def accesses(flow: FunctionFlow, inside: FunctionLocks | None) -> Iterator[Access]:
    """Unsafe accesses of a body through fields of what it was lent."""
    for point, operation in flow.graph.points():
        if operation.unsafe_block < 0:
            continue
        for place, writes in _reached(flow, point, operation):
            root = root_of(flow, place).place
            owner = field_owner(flow, root)
            if not owner or not _is_lent(flow, root) or not _is_cell(flow, owner, root.steps[-1][1:]):
                continue
            under = _names(inside.held.must(point)) if inside is not None else frozenset()
            yield Access(flow=flow, point=point, field=f"{owner}{root.steps[-1]}", writes=writes, under=under)


def _reached(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[tuple[Place, bool]]:
    """Pointers that an operation follows, and whether it writes there."""
    target = operation.target
    if target is not None and (pointer := _pointer(flow, target)) is not None and operation.kind != "drop":
        yield pointer, True
    unsafe_call = operation.kind == "call" and flow.target(point).unsafe == "yes"
    for operand in operation.operands:
        place = operand.place
        if place is None:
            continue
        pointer = _pointer(flow, place)
        if pointer is not None:
            yield pointer, operation.mutable or operand.mode == "write"
        elif unsafe_call and flow.target(point).kind == "std" and flow.type_of(place).kind == "pointer":
            yield place, flow.target(point).name in {"write", "replace", "swap", "drop_in_place"}


def _pointer(flow: FunctionFlow, place: Place) -> Place | None:
    """The raw pointer that a place goes through, if it goes through one."""
    for at, step in enumerate(place.steps):
        before = Place(place.local, place.steps[:at], place.static)
        if step == "*" and flow.type_of(before).kind == "pointer":
            return before
    return None


def _is_lent(flow: FunctionFlow, root: Place) -> bool:
    """Whether others can have the object: it came by shared reference, or is a static."""
    if root.static:
        return True
    type_ = flow.typed.locals[root.local] if root.local >= 0 else None
    return type_ is not None and type_.kind == "ref" and not type_.mutable


def _is_cell(flow: FunctionFlow, owner: str, field: str) -> bool:
    """Whether a field is a cell, or a pointer to what lies elsewhere."""
    type_ = (fields_of(flow.program, TypeRef("path", owner)) or {}).get(field)
    return type_ is not None and (type_.kind == "pointer" or type_.name in _CELLS)


def _names(locks: Iterable[LockId]) -> frozenset[tuple[str, str]]:
    """Locks by type and field."""
    return frozenset((lock.owner, lock.field) for lock in locks)
