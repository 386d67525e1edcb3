"""Slices that a caller hands over and that are accessed without a look at how long they are."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.conditions import Fact
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.rules.argument.guards import Guard, guards
from scrutineer.rules.argument.origin import arguments, is_number, is_whole
from scrutineer.rules.argument.sinks import Sink

_INDEXED = frozenset({"slice::get_unchecked", "slice::get_unchecked_mut"})
_COPIES = frozenset({"core::ptr::copy", "core::ptr::copy_nonoverlapping"})
_SAME = frozenset({".as_bytes", ".as_slice", ".as_mut_slice", ".as_ptr", ".as_mut_ptr", ".cast"})

_PLAIN = ("len", "next", "into_iter", "size_of")


class TooShort(msgspec.Struct, frozen=True):
    """An access to a slice argument that may be shorter than the access assumes.

    `compared` is a check that says only that its length agrees with another's.
    """

    point: Point
    argument: Place
    compared: Span | None = None


def too_short(flow: FunctionFlow) -> Iterator[TooShort]:
    """Accesses of a body whose bound has nothing to do with the length of the slice that they access."""
    for point, operation in flow.graph.points():
        if operation.kind != "call":
            continue
        for holder, bound in _accesses(flow, point, operation):
            place = _argument(flow, flow.values.of(holder))
            if place is None or _speaks_of(flow, bound, place) or _length_is_checked(flow, point, place):
                continue
            sink = Sink(point, bound, "bounds", "")
            value = flow.values.of(bound)
            found = list(guards(flow, sink, frozenset({place, *value.places()})))
            alike = {each for guard in found if guard.fact is not None for each in _measured(guard.fact)}
            found += guards(flow, sink, frozenset(alike)) if alike else ()
            if all(_is_constant(value) and _only_compares(flow, guard) for guard in found):
                yield TooShort(point, place, found[0].span if found else None)


def _length_is_checked(flow: FunctionFlow, point: Point, place: Place) -> bool:
    """Whether a check says of the slice's length, which never changes, that it is so much at least."""
    lengths = [
        check.fact.right
        for check in flow.checks.at(point)
        if check.fact.relation in {"<", "<="} and check.fact.right is not None
    ]
    return any(
        length.kind == "call"
        and length.name == ".len"
        and any(overlaps(read, place) for read in length.places())
        for length in lengths
    )


def _accesses(flow: FunctionFlow, point: Point, operation: Operation) -> Iterator[tuple[Operand, Operand]]:
    """What is accessed, and the index or count that says how far."""
    path = flow.target(point).path
    if path in _INDEXED and len(operation.operands) == 2:
        yield operation.operands[0], operation.operands[1]
    elif path in _COPIES and len(operation.operands) == 3:
        yield operation.operands[0], operation.operands[2]
        yield operation.operands[1], operation.operands[2]
    elif flow.target(point).kind == "foreign":
        yield from _handed_over(flow, operation)


def _handed_over(flow: FunctionFlow, operation: Operation) -> Iterator[tuple[Operand, Operand]]:
    """A slice whose pointer C gets, with numbers of the caller's that say how much is there, but not its length."""
    numbers = [operand for operand in operation.operands if _is_number(flow, operand)]
    for holder in operation.operands:
        place = _argument(flow, flow.values.of(holder))
        if place is None or any(_speaks_of(flow, number, place) for number in numbers):
            continue
        yield from ((holder, number) for number in numbers if arguments(flow, number))


def _is_number(flow: FunctionFlow, operand: Operand) -> bool:
    return operand.place is not None and is_number(flow.type_of(operand.place))


def _is_constant(value: Value) -> bool:
    return all(part.kind in {"constant", "aggregate"} for part in value.walk())


def _measured(fact: Fact) -> list[Place]:
    """Places that a fact speaks of."""
    sides = [fact.left] if fact.right is None else [fact.left, fact.right]
    return [place for side in sides for place in side.places() if not place.static]


def _only_compares(flow: FunctionFlow, guard: Guard) -> bool:
    """Whether a check says that lengths of arguments agree, as those of empty slices do."""
    fact = guard.fact
    if fact is None or fact.right is None or fact.relation not in {"==", "<="}:
        return False
    parts = [part for side in (fact.left, fact.right) for part in side.walk()]
    measured = _measured(fact)
    return (
        len(measured) > 1
        and all(flow.sources.is_parameter(place) for place in measured)
        and all(part.kind == "constant" or part.name in {"*", ".len", ""} for part in parts)
        and not any(side.kind == "constant" for side in (fact.left, fact.right))
    )


def _argument(flow: FunctionFlow, value: Value) -> Place | None:
    """The slice argument that a receiver or pointer leads to, from its first element on."""
    while value.kind in {"borrow", "cast"} or (value.kind == "call" and value.name in _SAME):
        if not value.args:
            return None
        value = value.args[0]
    place = value.place
    if value.kind != "place" or place is None or any(step != "*" for step in place.steps):
        return None
    whole = Place(place.local)
    if not flow.sources.is_parameter(whole) or flow.sources.setters(place.local):
        return None
    return whole if _is_slice(flow.type_of(whole)) else None


def _is_slice(type_: TypeRef) -> bool:
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.kind == "slice" or type_.name == "str"


def _speaks_of(flow: FunctionFlow, bound: Operand, place: Place) -> bool:
    """Whether a bound has anything to do with the slice, or comes from where nobody can tell."""
    return any(_may_fit(flow, part, place) for part in flow.sources.parts(bound))


def _may_fit(flow: FunctionFlow, part: Value, place: Place) -> bool:
    """Whether a part of a bound may have been chosen with the slice in view: by a call, or by a type."""
    if part.kind == "unknown" or (part.kind == "call" and not part.name.endswith(_PLAIN)):
        return True
    if part.place is None:
        return False
    kept = flow.sources.is_parameter(part.place) and not is_whole(flow, part.place)
    return kept or overlaps(part.place, place)
