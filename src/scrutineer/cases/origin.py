"""What a pointer was made of: a reference, a place of this body, a cell, a buffer, an owner that gave it up."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef

_DEEPEST = 10

OriginKind = Literal["reference", "place", "cell", "buffer", "uninit", "owner", "non-null", "unknown"]


class Origin(msgspec.Struct, frozen=True):
    """Where a pointer comes from.

    `exact`: nothing between changed the pointee's type. `root` is the place at the start of the chain, `offset`
    says that arithmetic moved the pointer on the way.
    """

    kind: OriginKind
    mutable: bool = False
    exact: bool = True
    offset: bool = False
    root: Place | None = None
    span: Span | None = None
    owner: str = ""  # of an owner: the function that gave the pointer out


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    same: frozenset[str]
    cast: frozenset[str]
    moved: frozenset[str]
    cell: frozenset[str]
    buffer: frozenset[str]
    uninit: frozenset[str]
    owner: frozenset[str]


@cache
def _table() -> _Table:
    return msgspec.toml.decode((files(__package__) / "pointers.toml").read_bytes(), type=_Table)


def origin_of(flow: FunctionFlow, operand: Operand | None, depth: int = _DEEPEST) -> Origin:
    """Follow an operand back to what it was made of, through casts, copies and pointer methods."""
    if operand is None or operand.place is None or depth == 0:
        return Origin("unknown")
    place = operand.place
    type_ = flow.type_of(place)
    definition = flow.values.definition(place.local) if place.local >= 0 and not place.steps else None
    found = _of_definition(flow, definition, depth) if definition is not None else None
    if found is not None and found.kind != "unknown":
        return found
    found = found or Origin("unknown")
    root = found.root or place
    if type_.kind == "ref" and not _is_raw(type_.args[0]):
        return Origin("reference", type_.mutable, root=root, span=_span(flow, place))
    known: OriginKind = "unknown"
    if type_.name == "core::ptr::NonNull" or (type_.kind == "ref" and type_.args[0].kind == "path"):
        known = "non-null"
    return msgspec.structs.replace(found, kind=known, root=root, span=_span(flow, place))


def _is_raw(type_: TypeRef) -> bool:
    """Whether a type is a pointer about which Rust promises nothing, so that a reference to it promises no more."""
    return type_.kind in {"pointer", "unknown", "infer"} or type_.name == "core::ptr::NonNull"


def _span(flow: FunctionFlow, place: Place) -> Span | None:
    return flow.body.locals[place.local].span if place.local >= 0 else None


def _of_definition(flow: FunctionFlow, definition: Operation, depth: int) -> Origin | None:
    operand = definition.operands[0] if definition.operands else None
    match definition.kind:
        case "assign":
            return origin_of(flow, operand, depth - 1)
        case "borrow" | "raw_borrow":
            return _of_borrow(flow, definition, operand, depth)
        case "cast":
            inner = origin_of(flow, operand, depth - 1)
            same = definition.target is not None and _same_pointee(flow, operand, definition.target)
            return msgspec.structs.replace(inner, exact=inner.exact and same)
        case "call":
            return _of_call(flow, definition, operand, depth)
        case _:
            return None


def _of_borrow(
    flow: FunctionFlow, definition: Operation, operand: Operand | None, depth: int
) -> Origin | None:
    place = operand.place if operand is not None else None
    if place is None:
        return None
    through = flow.answers.place(place).through
    if any(type_.kind == "pointer" for type_ in through):
        if place.steps == ("*",):  # a reborrow
            return origin_of(flow, Operand("read", Place(place.local)), depth - 1)
        return Origin("unknown", root=place)
    if _is_raw(flow.type_of(place)):
        return origin_of(flow, Operand("read", place), depth - 1)
    kind: OriginKind = "reference" if definition.kind == "borrow" else "place"
    shared = any(type_.kind == "ref" and not type_.mutable for type_ in through)
    return Origin(kind, definition.mutable and not shared, root=place, span=definition.span)


def _of_call(flow: FunctionFlow, definition: Operation, operand: Operand | None, depth: int) -> Origin | None:
    point = flow.point_of(definition)
    path = flow.target(point).path if point is not None else ""
    table = _table()
    if path in table.same or path in table.cast or path in table.moved:
        inner = origin_of(flow, operand, depth - 1)
        target = definition.target
        exact = path not in table.cast or (target is not None and _same_pointee(flow, operand, target))
        return msgspec.structs.replace(
            inner, exact=inner.exact and exact, offset=inner.offset or path in table.moved
        )
    place = operand.place if operand is not None else None
    if path in table.owner:
        return Origin("owner", True, root=place, span=definition.span, owner=path)
    kinds: dict[OriginKind, frozenset[str]] = {
        "cell": table.cell,
        "buffer": table.buffer,
        "uninit": table.uninit,
    }
    for kind, paths in kinds.items():
        if path in paths and place is not None and _behind_references(flow, place, depth):
            return Origin(kind, "mut" in path.rpartition("::")[2], root=place, span=definition.span)
    return None


def _behind_references(flow: FunctionFlow, place: Place, depth: int) -> bool:
    """Whether Rust itself vouches for a place: nothing but references and owners lies on the way to it."""
    through = flow.answers.place(place).through
    if any(type_.kind == "pointer" for type_ in through):
        return False
    type_ = flow.type_of(place)
    if type_.kind == "pointer":
        return origin_of(flow, Operand("read", place), depth - 1).kind == "reference"
    return type_.kind != "unknown"


def _same_pointee(flow: FunctionFlow, operand: Operand | None, target: Place) -> bool:
    before = _pointee(flow.type_of(operand.place)) if operand is not None and operand.place else None
    after = _pointee(flow.type_of(target))
    return before is not None and before.kind != "unknown" and before == after


def _pointee(type_: TypeRef) -> TypeRef | None:
    if type_.kind in {"ref", "pointer"} or type_.name == "core::ptr::NonNull":
        return type_.args[0] if type_.args else None
    return None
