"""What a pointer was made of: a reference, a place of this body, a cell, a buffer, an owner that gave it up."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.typing.records import UNKNOWN_CALL, CallTarget

_DEEPEST = 10
_WRAPPERS = frozenset(
    {"core::mem::MaybeUninit", "core::mem::ManuallyDrop", "core::cell::UnsafeCell", "core::cell::Cell"}
)
_ATOMIC = re.compile(r"core::sync::atomic::Atomic([IU](?:8|16|32|64|size))")

OriginKind = Literal["reference", "place", "cell", "buffer", "uninit", "owner", "non-null", "unknown"]


class Origin(msgspec.Struct, frozen=True):
    """Where a pointer comes from.

    `exact`: nothing between changed the pointee's type. `root` is the place at the start of the chain, `offset`
    says that arithmetic moved the pointer on the way, `wrapped` that this arithmetic may leave the memory.
    """

    kind: OriginKind
    mutable: bool = False
    exact: bool = True
    offset: bool = False
    wrapped: bool = False
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
    if operand is None or operand.place is None or depth <= 0:
        return Origin("unknown")
    place = operand.place
    type_ = flow.type_of(place)
    definition = _definition(flow, place, type_)
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


def _definition(flow: FunctionFlow, place: Place, type_: TypeRef) -> Operation | None:
    """The only operation that sets a variable; of a pointer, what is written behind it does not matter."""
    if place.local < 0 or place.steps:
        return None
    if type_.kind in {"ref", "pointer"} or type_.name == "core::ptr::NonNull":
        return flow.values.only_pointer(place.local)
    return flow.values.definition(place.local)


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
            return _cast(flow, operand, definition.target, origin_of(flow, operand, depth - 1))
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
        if definition.kind == "borrow":  # a reference is one, whatever had to hold for making it
            return Origin("reference", definition.mutable, root=place, span=definition.span)
        return Origin(_of_part(flow, place, depth), root=place, span=definition.span)
    if _is_raw(flow.type_of(place)):
        return origin_of(flow, Operand("read", place), depth - 1)
    kind: OriginKind = "reference" if definition.kind == "borrow" else "place"
    shared = any(type_.kind == "ref" and not type_.mutable for type_ in through)
    return Origin(kind, definition.mutable and not shared, root=place, span=definition.span)


def _of_part(flow: FunctionFlow, place: Place, depth: int) -> OriginKind:
    """What a raw pointer to a part is whose whole a pointer leads to: no part of what exists is at null."""
    for length in range(len(place.steps)):
        whole = Place(place.local, place.steps[:length], place.static)
        if flow.type_of(whole).kind == "pointer":
            found = origin_of(flow, Operand("read", whole), depth - 1)
            return "non-null" if found.kind != "unknown" and not found.wrapped else "unknown"
    return "unknown"


def _of_call(flow: FunctionFlow, definition: Operation, operand: Operand | None, depth: int) -> Origin | None:
    point = flow.point_of(definition)
    target = flow.target(point) if point is not None else UNKNOWN_CALL
    path = target.path
    table = _table()
    if target.kind == "resolved":
        return _of_own(flow, definition, target, depth)
    if path in table.same or path in table.cast or path in table.moved:
        inner = origin_of(flow, operand, depth - 1)
        if path in table.cast:
            return _cast(flow, operand, definition.target, inner)
        moved = path in table.moved
        return msgspec.structs.replace(
            inner, offset=inner.offset or moved, wrapped=inner.wrapped or (moved and "wrapping" in path)
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


def _of_own(flow: FunctionFlow, definition: Operation, target: CallTarget, depth: int) -> Origin | None:
    """A function of this crate that does nothing but make the pointer of one of its arguments."""
    callee = (
        flow.flow_of(target.function)
        if target.crate == flow.program.root and not target.alternatives
        else None
    )
    if callee is None or len(callee.graph.order) > 1:
        return None
    found = origin_of(callee, Operand("read", Place(0)), depth - 2)
    root = found.root
    if root is None or not 1 <= root.local <= callee.body.parameters or found.kind == "owner":
        return None
    if root.local > len(definition.operands) or any(step[0] == "[" for step in root.steps):
        return None
    place = stepped(flow, definition.operands[root.local - 1], root.steps)
    return msgspec.structs.replace(found, root=place, span=definition.span) if place is not None else None


def stepped(flow: FunctionFlow, operand: Operand, steps: tuple[str, ...]) -> Place | None:
    """What lies in or behind an argument; a receiver that the call borrows by itself is not dereferenced."""
    place = operand.place
    if place is None:
        return None
    behind = flow.type_of(place).kind in {"ref", "pointer"}
    for step in steps if behind else steps[steps[:1] == ("*",) :]:
        place = place.then(step)
    return flow.values.of_place(place).place or place


def _behind_references(flow: FunctionFlow, place: Place, depth: int) -> bool:
    """Whether Rust itself vouches for a place: nothing but references and owners lies on the way to it."""
    through = flow.answers.place(place).through
    if any(type_.kind == "pointer" for type_ in through):
        return False
    type_ = flow.type_of(place)
    if type_.kind == "pointer":
        return origin_of(flow, Operand("read", place), depth - 1).kind == "reference"
    return type_.kind != "unknown"


def _cast(flow: FunctionFlow, operand: Operand | None, target: Place | None, inner: Origin) -> Origin:
    """The origin of a pointer that was cast; what was `MaybeUninit` may hold no value of the new type."""
    before = _pointee(flow.type_of(operand.place)) if operand is not None and operand.place else None
    after = _pointee(flow.type_of(target)) if target is not None else None
    if before is None or after is None or "unknown" in {before.kind, after.kind}:
        return msgspec.structs.replace(inner, exact=False)
    if before == after:
        return inner
    if bare(before) != bare(after):
        return msgspec.structs.replace(inner, exact=False)
    opened = "core::mem::MaybeUninit" in str(before) and str(before) != str(after)
    known: OriginKind = "uninit" if opened and inner.kind in {"reference", "cell", "place"} else inner.kind
    return msgspec.structs.replace(inner, kind=known)


def bare(type_: TypeRef) -> TypeRef:
    """A type without the wrappers that have its own size and alignment; of an atomic, the number in it."""
    if type_.name in _WRAPPERS and type_.args:
        return bare(type_.args[0])
    number = _ATOMIC.fullmatch(type_.name)
    if number is not None:
        return TypeRef("path", number[1].lower())
    if type_.kind in {"slice", "array"}:
        return msgspec.structs.replace(type_, args=tuple(bare(arg) for arg in type_.args))
    return type_


def _pointee(type_: TypeRef) -> TypeRef | None:
    if type_.kind in {"ref", "pointer"} or type_.name == "core::ptr::NonNull":
        return type_.args[0] if type_.args else None
    return None
