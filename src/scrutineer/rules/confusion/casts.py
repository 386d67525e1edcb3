"""Pointers that were cast to another type before something reads through them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.confusion.types import pointee

_MOVES = frozenset({"add", "sub", "offset", "byte_add", "byte_offset", "wrapping_add", "wrapping_offset"})
_CASTS = frozenset({"cast", "cast_mut", "cast_const"})
_READERS = frozenset(
    {
        "core::slice::from_raw_parts", "core::slice::from_raw_parts_mut", "core::ptr::read", "pointer::read",
        "pointer::as_ref", "pointer::as_mut", "alloc::vec::Vec::from_raw_parts",
    }
)  # fmt: skip


class Reinterpreted(msgspec.Struct, frozen=True):
    """A read or write at `point` through a pointer to `to` that was one to `before`; `source` made the first pointer."""

    point: Point
    before: TypeRef
    to: TypeRef
    source: Operation | None
    reader: str  # path of the function that reads, `*` for a dereference
    base: Operand


def reinterpreted(flow: FunctionFlow) -> Iterator[Reinterpreted]:
    """Reads and writes of a body through pointers that were cast."""
    for point, operation in flow.graph.points():
        for operand, reader in _read_pointers(flow, point, operation):
            found = _chain(flow, operand)
            if found is None:
                continue
            base, source = found
            before, to = pointee(_type(flow, base)), pointee(_type(flow, operand))
            if before is not None and to is not None and before != to:
                yield Reinterpreted(point, before, to, source, reader, base)


def _read_pointers(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[tuple[Operand, str]]:
    path = flow.target(point).path if operation.kind == "call" else ""
    if path in _READERS and operation.operands:
        yield operation.operands[0], path
    if operation.kind in {"drop", "storage_dead", "raw_borrow"}:
        return
    for place in (operation.target, *(operand.place for operand in operation.operands)):
        if place is not None and place.steps[:1] == ("*",) and _type(flow, _local(place)).kind == "pointer":
            yield _local(place), "*"


def _local(place: Place) -> Operand:
    return Operand("use", Place(place.local))


def _type(flow: FunctionFlow, operand: Operand) -> TypeRef:
    return flow.type_of(operand.place) if operand.place is not None else TypeRef("unknown")


def _chain(flow: FunctionFlow, operand: Operand) -> tuple[Operand, Operation | None] | None:
    """The pointer that casts and offsets began with, and what made it; nothing if it was never cast."""
    cast = False
    for _ in range(8):
        place = operand.place
        made = _made(flow, place) if place is not None and not place.steps else None
        name = made.callee.name if made is not None and made.callee is not None else ""
        if made is None or not made.operands:
            return (operand, made) if cast else None
        if made.kind == "cast" or name in _CASTS:
            cast = True
        elif not (made.kind == "assign" or name in _MOVES):
            return (operand, made) if cast else None
        if made.operands[0].place is None:
            return None
        operand = made.operands[0]
    return None


def _made(flow: FunctionFlow, place: Place) -> Operation | None:
    """The one operation that sets a local; a write to what it points to sets nothing."""
    known = flow.values.definition(place.local)
    if known is not None:
        return known
    whole = [each for each in flow.sources.setters(place.local) if each.target == place]
    return whole[0] if len(whole) == 1 else None
