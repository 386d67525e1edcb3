"""Two elements of one collection, by two indexes that nothing keeps apart, where they must not be the same."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.rules.lifetime.signatures import is_open, references_in
from scrutineer.rules.ownership.roots import names_of, root

_APART = frozenset({"copy_nonoverlapping", "swap_nonoverlapping"})
_UNIQUE = frozenset({"core::ptr::swap", "core::mem::swap", "core::intrinsics::copy_nonoverlapping"})
_STEPS = frozenset({".add", ".offset", ".wrapping_add", ".get_unchecked_mut"})
_COMPARES = frozenset({"==", "!=", "<", ">", "<=", ">="})


class _Element(msgspec.Struct, frozen=True):
    """One element: of what, at which index, and whether as a reference or a raw pointer only."""

    base: Place
    index: int
    borrowed: bool


def same_element(flow: FunctionFlow) -> Iterator[Point]:
    """Operations that take two elements of one collection, at two arguments of a safe function that may be equal."""
    if not is_open(flow.program, flow.entry.item, flow.entry) or flow.body.parameters < 2:
        return
    for point, operation in flow.graph.points():
        needs_apart = _needs_apart(flow, point, operation)
        if needs_apart is None:
            continue
        found = [
            element for given in operation.operands[:2] if (element := _element(flow, given)) is not None
        ]
        if len(found) < 2 or found[0].base != found[1].base or found[0].index == found[1].index:
            continue
        unique = needs_apart or all(element.borrowed for element in found)
        if unique and not _are_compared(flow, {found[0].index, found[1].index}):
            yield point


def _needs_apart(flow: FunctionFlow, point: Point, operation: Operation) -> bool | None:
    """Whether raw pointers given to an operation must not be equal; False: only references; None: neither."""
    target = flow.target(point)
    if operation.kind == "call" and target.kind == "std":
        if target.name in _APART:
            return True
        return False if target.path in _UNIQUE else None
    lends = [type_ for type_ in references_in(flow.entry.item.result) if type_.mutable]
    if (
        operation.kind == "aggregate"
        and operation.name == "()"
        and len(lends) > 1
        and operation.target is not None
    ):
        return False if 0 in {operation.target.local} | names_of(flow, operation.target.local) else None
    return None


def _element(flow: FunctionFlow, given: Operand) -> _Element | None:
    value = flow.values.of(given)
    borrowed = flow.type_of(given.place).kind == "ref" if given.place is not None else False
    while value.kind == "cast" and value.args:
        value = value.args[0]
    if (
        value.kind == "borrow"
        and value.name in {"mut", "raw mut"}
        and value.args
        and value.args[0].place is not None
    ):
        place = value.args[0].place
        if place.steps and place.steps[-1].startswith("[_"):
            index = _parameter(flow, flow.values.of_place(Place(int(place.steps[-1][2:-1]))))
            return (
                _Element(Place(place.local, place.steps[:-1]), index, value.name == "mut") if index else None
            )
        if place.steps[-1:] != ("*",):
            return None
        made = flow.values.only_assignment(place.local)
        value, borrowed = flow.values.of_operation(made) if made is not None else value, True
    if (
        value.kind != "call"
        or value.name not in _STEPS
        or len(value.args) < 2
        or value.args[0].kind == "unknown"
    ):
        return None
    index = _parameter(flow, value.args[1])
    bases = [root(flow, place, sure=True) for place in value.args[0].places()[:1]]
    borrowed = borrowed or value.name == ".get_unchecked_mut"
    return _Element(bases[0], index, borrowed) if bases and index else None


def _parameter(flow: FunctionFlow, value: Value) -> int:
    """The parameter that an index is; 0 if it is computed otherwise."""
    while value.kind == "cast" and value.args:
        value = value.args[0]
    place = value.place if value.kind == "place" else None
    return place.local if place is not None and not place.steps and flow.sources.is_parameter(place) else 0


def _are_compared(flow: FunctionFlow, indexes: set[int]) -> bool:
    """Whether the function compares the two, in whatever way: it may then know that they differ."""
    for _, operation in flow.graph.points():
        if operation.kind != "binary" or operation.name not in _COMPARES:
            continue
        read = {place.local for given in operation.operands for place in flow.values.of(given).places()}
        if indexes <= read:
            return True
    return False
