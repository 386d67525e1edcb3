"""Which reads through a cast pointer are wrong whatever is there: alignment, padding, a type of the caller's choice."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation, Place
from scrutineer.model.finding import FindingClass
from scrutineer.model.types import TypeRef
from scrutineer.rules.confusion.casts import Reinterpreted, reinterpreted
from scrutineer.rules.confusion.types import (
    holds_bytes,
    is_byte,
    is_promised,
    is_untyped,
    is_wide,
    mentions,
    peeled,
    promises_nothing,
    unwrapped,
    without_lifetimes,
)

_SLICES = "core::slice::from_raw_parts"


class Confusion(msgspec.Struct, frozen=True):
    """One operation that takes a thing for another; `why` completes "this …"."""

    point: Point
    why: str
    class_: FindingClass
    help: str


def confused_reads(flow: FunctionFlow, *, is_open: bool) -> Iterator[Confusion]:
    """Reads of a body that cannot be right. `is_open`: callers outside the crate choose its type parameters."""
    for read in reinterpreted(flow):
        found = _vector(flow, read) or _misaligned(flow, read)
        if is_open and found is None:
            found = _padding(flow, read) or _chosen(flow, read)
        if found is not None:
            yield found


def _vector(flow: FunctionFlow, read: Reinterpreted) -> Confusion | None:
    """A vector made of another vector's memory with elements of another layout."""
    before, to = (unwrapped(flow.program, without_lifetimes(each)) for each in (read.before, read.to))
    same = before == to
    if (
        read.reader != "alloc::vec::Vec::from_raw_parts"
        or same
        or _made_by(read) not in {"as_mut_ptr", "as_ptr"}
    ):
        return None
    if "param" not in {before.kind, to.kind} and not (is_byte(before) or is_byte(to)):
        return None
    if _speaks_of_alignment(flow) or any(is_promised(flow, each) for each in (before, to)):
        return None
    why = f"makes a vector of `{read.to}` from the memory of one of `{read.before}`, which is freed with another layout"
    return Confusion(read.point, why, "layout", "copy the elements into a new vector")


def _made_by(read: Reinterpreted) -> str:
    return read.source.callee.name if read.source is not None and read.source.callee is not None else ""


def _misaligned(flow: FunctionFlow, read: Reinterpreted) -> Confusion | None:
    """Something wider read at the address of bytes, which nothing aligns."""
    if read.source is None or _made_by(read) not in {"as_ptr", "as_mut_ptr"}:
        return None
    if not is_byte(unwrapped(flow.program, read.before)):
        return None
    place = read.source.operands[0].place
    if place is None or _speaks_of_alignment(flow) or not is_wide(flow.program, read.to):
        return None
    if not (_is_run_of_bytes(flow, read.source, place) or _is_vector_of_bytes(flow, place)):
        return None
    why = f"reaches a `{read.to}` where bytes begin, at an address that need not be aligned for it"
    return Confusion(
        read.point, why, "layout", "use `read_unaligned` or `from_ne_bytes`, or check with `align_to`"
    )


def _is_run_of_bytes(flow: FunctionFlow, source: Operation, place: Place) -> bool:
    """Whether a pointer is to the start of bytes that no struct holds, which might see to their alignment."""
    origin = flow.values.of(source.operands[0])
    if any(step[0] == "." for each in (place, *origin.places()) for step in each.steps):
        return False
    point = flow.point_of(source)
    cut = any(step[0] == "[" for step in place.steps)
    of_slice = point is not None and flow.target(point).path in {"slice::as_ptr", "slice::as_mut_ptr"}
    return holds_bytes(flow.type_of(place)) or (cut and of_slice)


def _is_vector_of_bytes(flow: FunctionFlow, place: Place) -> bool:
    """Whether it is to the start of a vector of bytes: that is allocated, and freed, with the alignment of a byte."""
    type_ = peeled(flow.type_of(place))
    return type_.name == "alloc::vec::Vec" and is_byte(unwrapped(flow.program, type_.args[0]))


def _speaks_of_alignment(flow: FunctionFlow) -> bool:
    """Whether a body says anything about alignment: then it is taken to be right."""
    return any("align" in target.path for target in flow.typed.calls.values())


def _padding(flow: FunctionFlow, read: Reinterpreted) -> Confusion | None:
    """A value of any type seen as bytes, those between its fields too, which are uninitialised."""
    if not read.reader.startswith(_SLICES) or not is_byte(read.to) or not promises_nothing(flow, read.before):
        return None
    why = f"shows any `{read.before}` as bytes, also the padding between its fields, which is uninitialised"
    return Confusion(read.point, why, "uninit", "ask for an unsafe trait that promises there is no padding")


def _chosen(flow: FunctionFlow, read: Reinterpreted) -> Confusion | None:
    """A type that the caller merely names, read from memory that knows nothing of it."""
    signature = flow.program.resolver.signature(flow.entry.index)
    if read.to.kind != "param" or read.to.name not in signature.own or not is_untyped(read.before):
        return None
    if not promises_nothing(flow, read.to) or _is_given(signature.parameters, flow, read.to):
        return None
    why = f"makes a `{read.to}` of untyped memory for any type that the caller names: alignment and bits may be wrong"
    return Confusion(read.point, why, "invalid-value", "ask for an unsafe trait, or make the function unsafe")


def _is_given(parameters: tuple[TypeRef, ...], flow: FunctionFlow, wanted: TypeRef) -> bool:
    """Whether a caller must have a value of the type: an argument or a bound of another parameter mentions it."""
    bounds = (trait for bound in flow.typed.bounds if bound.subject != wanted for trait in bound.traits)
    return any(mentions(type_, wanted) for type_ in (*parameters, *bounds))
