"""Sizes that are taken for others: the new for the old, a product that wraps, the place before the first."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation
from scrutineer.rules.argument.guards import Guard, guards
from scrutineer.rules.argument.origin import arguments, fields, is_number, origins
from scrutineer.rules.argument.sinks import Sink, sinks

_COPIES = frozenset({"core::ptr::copy", "core::ptr::copy_nonoverlapping"})
_BACK = frozenset({"pointer::sub", "pointer::byte_sub", "core::ptr::NonNull::sub"})
_POINTERS = frozenset({".as_ptr", ".as_mut_ptr"})
_LAYOUT = "core::alloc::Layout"
_MADE = frozenset({"core::alloc::Layout::from_size_align", "core::alloc::Layout::from_size_align_unchecked"})


class WrongSize(msgspec.Struct, frozen=True):
    """One operation with the wrong size; `why` is a whole sentence."""

    point: Point
    why: str
    help: str
    sure: bool = True


def wrong_sizes(flow: FunctionFlow, *, is_open: bool) -> Iterator[WrongSize]:
    """Copies of more than the old block holds; for callers outside, sizes and indexes that wrap around."""
    for point, operation in flow.graph.points():
        path = flow.target(point).path if operation.kind == "call" else ""
        if path in _COPIES and len(operation.operands) == 3:
            yield from _outgrown(flow, point, operation)
        if path in _BACK and len(operation.operands) > 1 and _is_start(flow, operation.operands[0]):
            yield from _before(flow, point, operation)
        if is_open and path in _MADE:
            yield from _product(flow, point, operation)
    if is_open:
        yield from _before_the_first(flow)


def _outgrown(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[WrongSize]:
    """A count that is known to be more than the layout of the block says, copied out of that block."""
    count = flow.values.of(operation.operands[2])
    if not any(flow.sources.is_parameter(place) for place in origins(flow, operation.operands[0])):
        return
    for fact in flow.checks.holding(point):
        if fact.relation in {"<", "<="} and fact.right == count and _is_layout_size(flow, fact.left):
            why = (
                "copies the new size out of a block that is known to be smaller: its layout has the old size"
            )
            yield WrongSize(point, why, "copy the smaller of both sizes")
            return


def _before(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[WrongSize]:
    """A step back from the first element: the pointer leaves what it points into, even if nobody reads there."""
    count = flow.values.of(operation.operands[1])
    if count.kind == "constant" and count.name.isdigit() and count.name != "0":
        why = "steps back from the first element, to before the memory that the pointer may point into"
        yield WrongSize(point, why, "start at the first element, or use `wrapping_sub` for the address alone")


def _is_start(flow: FunctionFlow, operand: Operand) -> bool:
    """Whether a pointer points to the first element of a slice or of what dereferences to one."""
    value = flow.values.of(operand)
    while value.kind == "cast" or (value.kind == "call" and value.name == ".cast"):
        value = value.args[0]
    if value.kind == "call" and value.name in _POINTERS:
        type_ = flow.type_of(value.args[0].place) if value.args and value.args[0].place is not None else None
        while type_ is not None and type_.kind == "ref":
            type_ = type_.args[0]
        return type_ is not None and (type_.kind in {"slice", "array"} or type_.name == "alloc::vec::Vec")
    place = value.args[0].place if value.kind == "borrow" else None
    return place is not None and place.steps[-1:] == ("[0]",)


def _is_layout_size(flow: FunctionFlow, value: Value) -> bool:
    if value.kind != "call" or value.name != ".size" or not value.args or value.args[0].place is None:
        return False
    place = value.args[0].place
    return flow.sources.is_parameter(place) and flow.type_of(place).name == _LAYOUT


def _product(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[WrongSize]:
    """An allocation whose size is a product with an argument: it wraps around to a small one."""
    value = flow.values.of(operation.operands[0])
    if value.kind != "binary" or value.name != "*" or any(part.name == "constant" for part in value.args):
        return
    places = frozenset(
        place for place in arguments(flow, operation.operands[0]) if is_number(flow.type_of(place))
    )
    sink = Sink(point, operation.operands[0], "bounds", "")
    if places and not any(True for _ in guards(flow, sink, places)):
        why = "asks for a product of sizes that wraps around where a caller chooses a large number"
        yield WrongSize(point, why, "use `Layout::array` or `checked_mul`")


def _about_length(guard: Guard) -> bool:
    """Whether a check may say that there is an element; one of addresses does not."""
    sides = (guard.fact.left, guard.fact.right) if guard.fact is not None else ()
    parts = [part for side in sides if side is not None for part in side.walk()]
    return not any(part.kind == "call" and part.name in _POINTERS for part in parts)


def _before_the_first(flow: FunctionFlow) -> Iterator[WrongSize]:
    """`len() - 1` of an argument that may be empty, as an index that nothing checks."""
    for sink in sinks(flow):
        value = flow.values.of(sink.operand)
        if sink.class_ != "bounds" or value.kind != "binary" or value.name != "-":
            continue
        left, right = value.args
        if left.kind != "call" or left.name != ".len" or right.kind != "constant" or not left.args:
            continue
        place = left.args[0].place
        if place is None or not flow.sources.is_parameter(place):
            continue
        if not any(_about_length(guard) for guard in guards(flow, sink, frozenset({place}))):
            why = "takes the length less one for an index, but there may be no element: then it wraps around"
            yield WrongSize(sink.point, why, "check that it is not empty", sure=not fields(place))
