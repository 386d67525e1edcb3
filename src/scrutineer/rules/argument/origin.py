"""Which parameters an operand is, or is computed from by arithmetic that bounds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.values import Value
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import FLOATS, INTEGERS, TypeRef

_GROWS = frozenset({"+", "-", "*", "<<"})
PASSED_ON = frozenset(
    {
        ".wrapping_add", ".wrapping_sub", ".wrapping_mul", ".into", ".clone", ".floor", ".ceil", ".round", ".trunc",
        ".add", ".sub", ".offset", ".byte_add", ".cast", ".cast_mut", ".cast_const", ".as_ptr", ".as_mut_ptr",
        ".next", ".unwrap", ".expect",
    }
)  # fmt: skip
"""Methods that hand on what they are called on: checked or not, it stays what it was."""


UNWRAPPED = frozenset({"@?", "@Some", "@Ok"})
"""Steps to what a call gave, where it gave something."""


def arguments(flow: FunctionFlow, operand: Operand) -> frozenset[Place]:
    """Places in parameters whose value decides an operand's, with no bound put on it on the way.

    The counter of a `for` over a range is decided by the range's end.
    """
    return frozenset(place for place in origins(flow, operand) if is_whole(flow, place))


def origins(flow: FunctionFlow, operand: Operand) -> frozenset[Place]:
    """The same with fields of parameters, whatever promises their types keep."""
    found = (value.place for value in leaves(flow, flow.values.of(operand)) if value.kind == "place")
    return frozenset(place for place in found if place is not None and flow.sources.is_parameter(place))


def in_order(places: frozenset[Place]) -> list[Place]:
    """Places in an order that does not depend on hashes."""
    return sorted(places, key=lambda place: (place.local, place.steps))


def leaves(flow: FunctionFlow, value: Value, depth: int = 12) -> Iterator[Value]:
    """What a value is computed from by arithmetic that bounds nothing: places in parameters, and calls.

    Of a record that a call gives, the call's `place` names the fields that are used.
    """
    if depth == 0:
        return
    if value.kind == "place" and value.place is not None:
        yield from _of_place(flow, value, value.place, depth)
    elif _passes(value):
        for arg in value.args:
            yield from leaves(flow, arg, depth - 1)
    elif value.kind == "call":
        yield value


def _passes(value: Value) -> bool:
    if value.kind in {"cast", "borrow"}:
        return True
    if value.kind == "binary":
        return value.name in _GROWS
    if value.kind == "aggregate":
        return value.name in {"..", "..="}
    return value.kind == "call" and (
        value.name in PASSED_ON or value.name.endswith(("::from", "NonNull::new_unchecked"))
    )


def _of_place(flow: FunctionFlow, value: Value, place: Place, depth: int) -> Iterator[Value]:
    if flow.sources.is_parameter(place):
        if not any(_sets(setter, place) for setter in flow.sources.setters(place.local)):
            yield value
        return
    if not place.steps:
        return
    first = place.steps[0]
    if first == "*":
        yield value
    setters = flow.sources.setters(place.local)
    if len(setters) != 1 or setters[0].kind != "call" or setters[0].callee is None:
        return
    if first == "@Some" and setters[0].callee.name.endswith("next"):
        yield from (Value("place", place=each) for each in _iterated(flow, setters[0]))
        for end in _range_ends(flow, setters[0]):
            yield from leaves(flow, end, depth - 1)
    elif first in UNWRAPPED or first[0] == ".":
        names = fields(Place(place.local, place.steps[2:] if first in UNWRAPPED else place.steps))
        for leaf in leaves(flow, flow.values.of_operation(setters[0]), depth - 1):
            yield Value(leaf.kind, leaf.name, leaf.args, Place(-1, names)) if names else leaf


def _sets(setter: Operation, place: Place) -> bool:
    return setter.target is not None and overlaps(setter.target, place)


def is_whole(flow: FunctionFlow, place: Place) -> bool:
    """Whether a place is an argument itself, or an end of a range: fields of other types may keep promises."""
    return all(
        step[0] == "[" or (step[0] in "*." and _promises_nothing(flow, place, number))
        for number, step in enumerate(place.steps)
    )


def _promises_nothing(flow: FunctionFlow, place: Place, step: int) -> bool:
    """Whether a step goes through a reference or a pointer, or into a tuple or a range, which keep no promise."""
    type_ = flow.type_of(Place(place.local, place.steps[:step]))
    if place.steps[step] == "*":
        return type_.kind in {"ref", "pointer", "unknown"} or type_.name == "alloc::boxed::Box"
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.kind == "tuple" or type_.name.startswith("core::ops::Range")


def _iterated(flow: FunctionFlow, step: Operation) -> Iterator[Place]:
    """An argument that a `for` walks directly, by its call of `next`."""
    for part in flow.sources.parts(step.operands[0]):
        if part.kind == "call" and part.name.endswith("into_iter") and part.args[0].place is not None:
            place = part.args[0].place
            if flow.sources.is_parameter(place) and not place.steps:
                yield place


def _range_ends(flow: FunctionFlow, step: Operation) -> Iterator[Value]:
    """End of the range that a `for` walks, by its call of `next`."""
    for part in flow.sources.parts(step.operands[0]):
        if part.kind == "aggregate" and part.name in {"..", "..="} and len(part.args) > 1:
            yield part.args[1]


def is_number(type_: TypeRef) -> bool:
    """Whether a type puts no bound on an index: an integer, a range of them, a float that is cast."""
    if type_.kind == "ref":
        return is_number(type_.args[0])
    if type_.kind == "path":
        return type_.name in INTEGERS | FLOATS or (
            type_.name.startswith("core::ops::Range") and all(is_number(arg) for arg in type_.args)
        )
    return False


def fields(place: Place) -> tuple[str, ...]:
    """Names of the fields on the way to a place."""
    return tuple(step[1:] for step in place.steps if step[0] == ".")


def is_pointer(type_: TypeRef) -> bool:
    """Whether a type promises nothing about the memory that it points to."""
    return type_.kind == "pointer" or type_.name == "core::ptr::NonNull"


def is_bytes(type_: TypeRef) -> bool:
    """Whether a type is bytes that need not be text."""
    if type_.kind in {"ref", "slice", "array"} or type_.name == "alloc::vec::Vec":
        return bool(type_.args) and (type_.args[0].name == "u8" or is_bytes(type_.args[0]))
    return False


def is_text(type_: TypeRef) -> bool:
    """Whether a type is characters that need not end in a nul byte: a string, a slice or array."""
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.kind in {"slice", "array"} or type_.name in {
        "str",
        "alloc::string::String",
        "alloc::vec::Vec",
    }


def is_float(flow: FunctionFlow, value: Value) -> bool:
    """Whether a value is a floating-point number."""
    if value.kind == "place" and value.place is not None:
        return flow.type_of(value.place).name in FLOATS
    if value.kind == "cast":
        return value.name in FLOATS
    return value.kind in {"binary", "unary", "call"} and any(is_float(flow, arg) for arg in value.args)
