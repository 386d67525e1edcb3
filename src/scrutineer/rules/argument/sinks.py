"""Unsafe operations that ask something of a value: an index, a length, an offset, a pointer, bytes that are text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from scrutineer.cases.asked import contract_of_function, functions_at, parameter_names
from scrutineer.contracts.catalogue import contract_of, parameters_of
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.contract import Precondition, Property
from scrutineer.model.finding import FindingClass
from scrutineer.program.memo import kept

_CLASSES: dict[Property, FindingClass] = {
    "in-bounds": "bounds",
    "no-overflow": "bounds",
    "utf-8": "invalid-value",
    "valid-value": "invalid-value",
    "layout": "layout",
    "non-null": "null",
    "allocated": "contract",
    "same-allocation": "contract",
}
_OF_MEMORY = frozenset(
    {
        "valid",
        "allocated",
        "in-bounds",
        "same-allocation",
        "initialised",
        "alive",
        "owned",
        "no-alias",
        "no-overlap",
    }
)
TERMINATED = "terminated"
"""In place of a sink's path: what it points to must end in a nul byte."""
_STRINGS = frozenset({"core::ffi::CStr::from_ptr"})
_CHARACTERS = frozenset({"i8", "core::ffi::c_char", "std::os::raw::c_char"})
_OF_C = frozenset({"free", "realloc", "memcpy", "memmove", "memset", "memcmp", "strlen", "strcpy", "munmap"})
"""Functions of C that access or free what they get; any other may keep a handle, or give data back to its caller."""
_REINTERPRETS = frozenset({"core::intrinsics::transmute", "core::mem::transmute_copy"})


class Sink(msgspec.Struct, frozen=True):
    """One operand that an unsafe operation asks something of; `pointer` if it must point to live memory.

    `beside` are the arguments of the body that the operation takes besides: a check of one may be about all.
    `inputs` are values read from input that decide the operand's. `counter` is the operand's value where arguments
    decide it only as its bound: `i` in `while i < end`.
    """

    point: Point
    operand: Operand
    class_: FindingClass
    path: str
    pointer: bool = False
    beside: frozenset[Place] = frozenset()
    inputs: frozenset[Value] = frozenset()
    counter: Value | None = None


@kept
def sinks(flow: FunctionFlow) -> tuple[Sink, ...]:
    """Operands of a body that unsafe functions, or dereferences of raw pointers, ask something of."""
    return tuple(_sinks(flow))


def _sinks(flow: FunctionFlow) -> Iterator[Sink]:
    for point, operation in flow.graph.points():
        if operation.kind == "call":
            yield from _of_call(flow, point, operation)
        if operation.kind not in {"drop", "storage_dead"}:
            yield from _of_dereferences(flow, point, operation)


def _of_call(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Sink]:
    target = flow.target(point)
    if target.kind in {"unknown", "external"} and target.unsafe != "no":
        yield from _of_unread(point, operation)
        if operation.unsafe_block >= 0:
            yield from _foreign_strings(flow, point, operation)
    if target.unsafe == "no":
        return
    if target.kind in {"resolved", "generic", "dyn", "foreign"}:
        yield from _of_section(flow, point, operation)
    if target.kind != "std":
        return
    for position, class_, pointer in _asked(target.path):
        if position < len(operation.operands):
            yield Sink(point, operation.operands[position], class_, target.path, pointer)
    if target.path in _STRINGS:
        yield Sink(point, operation.operands[0], "bounds", TERMINATED)


def leaves_checks(name: str) -> bool:
    """Whether a function's name says, by Rust's convention, that its caller does the checks."""
    return name.endswith(("_unchecked", "_unchecked_mut")) or name.startswith("unsafe_")


def _of_unread(point: Point, operation: Operation) -> Iterator[Sink]:
    """Arguments of an unread function whose name says that it leaves the checks to its caller."""
    name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
    if operation.unsafe_block >= 0 and leaves_checks(name):
        for operand in operation.operands:
            if operand.mode != "receiver":
                yield Sink(point, operand, "bounds", name)


def _of_section(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Sink]:
    """Arguments that the `# Safety` section of a function asks something of; pointers that unread code takes."""
    target = flow.target(point)
    contract = None if target.kind == "foreign" else contract_of_function(flow.program, target.path)
    values = (flow.values.of(operand) for operand in operation.operands)
    beside = frozenset(
        place for value in values for place in value.places() if flow.sources.is_parameter(place)
    )
    names = _names(flow, target.path) if contract is not None else ()
    for obligation in contract.obligations if contract is not None else ():
        for position in dict.fromkeys((obligation.position, *_measures(obligation, names))):
            if 0 <= position < len(operation.operands):
                operand = operation.operands[position]
                yield from _of_obligation(
                    obligation, Sink(point, operand, "bounds", target.path, beside=beside)
                )
    if target.unsafe == "yes" and contract is None and leaves_checks(target.name):
        for operand in operation.operands:
            if operand.mode != "receiver":
                yield Sink(point, operand, "bounds", target.path)
    name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
    if target.kind in {"generic", "dyn"} or name in _OF_C:
        for operand in operation.operands:
            yield Sink(point, operand, "contract", target.path, pointer=True)
    if target.kind == "foreign":
        yield from _foreign_strings(flow, point, operation)


def _foreign_strings(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Sink]:
    """Characters that foreign code gets without their number: it looks for the nul byte that ends them."""
    signature = flow.target(point).signature
    for number, operand in enumerate(operation.operands):
        type_ = signature.parameters[number] if signature and number < len(signature.parameters) else None
        value = flow.values.of(operand)
        wanted = type_ is not None and type_.kind == "pointer" and type_.args[0].name in _CHARACTERS
        if not wanted and not _is_start_of_string(flow, value):
            continue
        own = set(value.places())
        others = (other for other in operation.operands if other is not operand)
        if own and all(own.isdisjoint(flow.values.of(other).places()) for other in others):
            yield Sink(point, operand, "bounds", TERMINATED)


def _is_start_of_string(flow: FunctionFlow, value: Value) -> bool:
    """Whether a value is the pointer to the first byte of a `str`, or of a `String`."""
    while value.args and (value.kind == "cast" or value.name == ".cast"):
        value = value.args[0]
    if value.kind != "call" or value.name != ".as_ptr" or not value.args or value.args[0].place is None:
        return False
    type_ = flow.type_of(value.args[0].place)
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.name in {"str", "alloc::string::String"}


def _of_obligation(obligation: Precondition, sink: Sink) -> Iterator[Sink]:
    """An argument as the pointer that an obligation is about, and as a number that says how much it covers."""
    if obligation.property in _OF_MEMORY:
        yield msgspec.structs.replace(sink, class_="contract", pointer=True)
        if not obligation.condition:
            yield sink
    elif (class_ := _CLASSES.get(obligation.property)) is not None and not obligation.condition:
        yield msgspec.structs.replace(sink, class_=class_)


def _names(flow: FunctionFlow, path: str) -> tuple[str, ...]:
    owner = flow.program.crate_of(path)
    found = functions_at(owner, path) if owner is not None else []
    return parameter_names(found[0].item) if found else ()


def _measures(obligation: Precondition, names: tuple[str, ...]) -> Iterator[int]:
    """Parameters that an obligation about memory names besides: `width` of "the area of `width` and `height`"."""
    if obligation.property in _OF_MEMORY:
        for name in (*obligation.names, obligation.extent.partition(" ")[0]):
            if name in names:
                yield names.index(name)


@cache
def _asked(path: str) -> tuple[tuple[int, FindingClass, bool], ...]:
    """Positions of the arguments that a function of std asks something of, with the class of a violation."""
    contract = contract_of(path)
    if contract is None or path in _REINTERPRETS:
        return ()
    names = parameters_of(path)
    found: dict[int, tuple[FindingClass, bool]] = {}
    for obligation in contract.obligations:
        if obligation.property == "valid-value" and obligation.condition:
            continue  # asked only for some types
        pointer = obligation.property in {"allocated", "same-allocation"}
        class_ = _CLASSES.get(obligation.property)
        if class_ is not None and obligation.position >= 0:
            found.setdefault(obligation.position, (class_, False))
            if pointer:
                found[obligation.position] = ("contract", True)
        length = _length(obligation, names)
        if length >= 0:
            found.setdefault(length, ("bounds", False))
    return tuple((position, class_, pointer) for position, (class_, pointer) in sorted(found.items()))


def _length(obligation: Precondition, names: tuple[str, ...]) -> int:
    """Position of the argument that says how much memory is meant: `len` of `len elements`."""
    word = obligation.extent.partition(" ")[0]
    return names.index(word) if word in names else -1


def _of_dereferences(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Sink]:
    """Pointers that the places of an operation go through; a raw borrow of what they lead to reads nothing."""
    places = [operand.place for operand in operation.operands if operation.kind != "raw_borrow"]
    for place in (*places, operation.target):
        if place is None or "*" not in place.steps:
            continue
        at = place.steps.index("*")
        base = Place(place.local, place.steps[:at], place.static)
        if flow.type_of(base).kind == "pointer":
            yield Sink(point, Operand("use", base), "contract", "*", pointer=True)
