"""Transmutes, and pointers passed as pointers to something else, between types that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import INTEGERS, TypeRef
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.origin import arguments
from scrutineer.rules.argument.sinks import Sink
from scrutineer.rules.confusion.expected import expected, is_inferred
from scrutineer.rules.confusion.reads import Confusion
from scrutineer.rules.confusion.types import (
    holds_bytes,
    is_unspecified,
    is_untyped,
    peeled,
    pointee,
    unwrapped,
    without_lifetimes,
)

_TRANSMUTES = frozenset({"core::intrinsics::transmute", "core::mem::transmute_copy"})
_TEXT = frozenset({"core::str::from_utf8_unchecked", "alloc::string::String::from_utf8_unchecked"})


def confused_conversions(flow: FunctionFlow, *, is_open: bool) -> Iterator[Confusion]:
    """Conversions of a body that cannot be right, or that its callers can make wrong."""
    for point, operation in flow.graph.points():
        if operation.kind == "cast":
            yield from _cast(flow, point, operation)
        if operation.kind != "call" or not operation.operands:
            continue
        path = flow.target(point).path
        if path in _TRANSMUTES or path in _TEXT:
            yield from _not_text(flow, point, operation)
        if path in _TRANSMUTES:
            yield from _transmute(flow, point, operation, is_open=is_open)
        yield from _passed(flow, point, operation)


def _type(flow: FunctionFlow, operand: Operand) -> TypeRef:
    return flow.type_of(operand.place) if operand.place is not None else TypeRef("unknown")


def _cast(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Confusion]:
    if operation.target is not None and operation.operands:
        before = pointee(_type(flow, operation.operands[0]))
        to = pointee(flow.type_of(operation.target))
        if is_inferred(operation) and not operation.target.steps and before is not None and _is_odd(before):
            to = expected(flow, operation.target.local) or to
        if before is not None and to is not None:
            yield from _unfixed(flow, point, before, to)


def _is_odd(type_: TypeRef) -> bool:
    """Whether taking something of this type for something else is worth a look: no bytes, nothing untyped."""
    return type_.kind == "path" and not is_untyped(type_)


def _passed(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Confusion]:
    """A pointer whose last cast was left to inference: what it became shows in the function that takes it."""
    signature = flow.target(point).signature
    if signature is None:
        return
    for operand, wanted in zip(operation.operands, signature.parameters, strict=False):
        given = _type(flow, operand)
        if given.kind == wanted.kind == "pointer" and given.args and wanted.args:
            yield from _unfixed(flow, point, given.args[0], wanted.args[0])


def _unfixed(flow: FunctionFlow, point: Point, before: TypeRef, to: TypeRef) -> Iterator[Confusion]:
    before, to = (unwrapped(flow.program, without_lifetimes(each)) for each in (before, to))
    if before == to or not {before.kind, to.kind} <= {"path"} or is_untyped(before) or is_untyped(to):
        return
    odd = next((type_ for type_ in (before, to) if is_unspecified(type_)), None)
    if odd is not None:
        other = to if odd == before else before
        why = f"takes a `{odd}` for a `{other}`, but the layout of `{odd.last}` is not fixed"
        yield Confusion(point, why, "layout", "build the other type field by field")


def _transmute(
    flow: FunctionFlow, point: Point, operation: Operation, *, is_open: bool
) -> Iterator[Confusion]:
    if operation.target is None:
        return
    before = without_lifetimes(_type(flow, operation.operands[0]))
    to = without_lifetimes(flow.type_of(operation.target))
    if flow.target(point).path == "core::mem::transmute_copy":
        before = pointee(before) or before
    yield from _unfixed(flow, point, peeled(before), peeled(to))
    if is_open and _has_gaps(flow, to):
        yield from _from_argument(flow, point, operation, before, to)


def _from_argument(
    flow: FunctionFlow, point: Point, operation: Operation, before: TypeRef, to: TypeRef
) -> Iterator[Confusion]:
    places = frozenset(place for place in arguments(flow, operation.operands[0]) if before.name in INTEGERS)
    sink = Sink(point, operation.operands[0], "invalid-value", "")
    if places and not any(True for _ in guards(flow, sink, places)):
        why = f"makes a `{to}` of any `{before}` that the caller chooses, but not every one is a `{to}`"
        yield Confusion(point, why, "invalid-value", "match the values that exist, and refuse the rest")


def _has_gaps(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether some bits are no value of a type."""
    if (
        type_.name in {"bool", "char"}
        or type_.kind in {"ref", "fn"}
        or type_.name.startswith("core::num::NonZero")
    ):
        return True
    known = flow.program.type_entry(type_.name) if type_.kind == "path" else None
    return known is not None and known[1].item.form == "enum"


def _not_text(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Confusion]:
    """Bytes taken for text in the very branch that says that they are none."""
    if operation.target is None or peeled(flow.type_of(operation.target)).name not in {
        "str",
        "alloc::string::String",
    }:
        return
    if not holds_bytes(_type(flow, operation.operands[0])):
        return
    for place in flow.values.of(operation.operands[0]).places():
        if "@Err" in place.steps and _beside_an_error(flow, place):
            why = "takes bytes for text that come with the error that says that they are not UTF-8"
            yield Confusion(
                point, why, "invalid-value", "use `String::from_utf8_lossy`, or keep them as bytes"
            )
            return


def _beside_an_error(flow: FunctionFlow, place: Place) -> bool:
    at = place.steps.index("@Err")
    whole = flow.type_of(Place(place.local, place.steps[: at + 2]))
    return whole.kind == "tuple" and any(arg.last in {"Utf8Error", "FromUtf8Error"} for arg in whole.args)
