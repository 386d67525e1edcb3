"""Unsafe operations that ask something of a value: an index, a length, an offset, a pointer, bytes that are text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from scrutineer.contracts.catalogue import contract_of, parameters_of
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.contract import Precondition, Property
from scrutineer.model.finding import FindingClass

_CLASSES: dict[Property, FindingClass] = {
    "in-bounds": "bounds",
    "no-overflow": "bounds",
    "utf-8": "invalid-value",
    "valid-value": "invalid-value",
    "layout": "layout",
    "non-null": "null",
    "allocated": "contract",
}
_REINTERPRETS = frozenset({"core::intrinsics::transmute", "core::mem::transmute_copy"})


class Sink(msgspec.Struct, frozen=True):
    """One operand that an unsafe operation asks something of; `pointer` if it must point to live memory."""

    point: Point
    operand: Operand
    class_: FindingClass
    path: str
    pointer: bool = False


def sinks(flow: FunctionFlow) -> Iterator[Sink]:
    """Operands of a body that unsafe functions of std, or dereferences of raw pointers, ask something of."""
    for point, operation in flow.graph.points():
        if operation.kind == "call":
            yield from _of_call(flow, point, operation)
        if operation.kind not in {"drop", "storage_dead"}:
            yield from _of_dereferences(flow, point, operation)


def _of_call(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[Sink]:
    target = flow.target(point)
    if target.kind in {"unknown", "external"} and target.unsafe != "no":
        yield from _of_unread(point, operation)
    if target.kind != "std" or target.unsafe == "no":
        return
    for position, class_, pointer in _asked(target.path):
        if position < len(operation.operands):
            yield Sink(point, operation.operands[position], class_, target.path, pointer)


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
        pointer = obligation.property == "allocated"
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
