"""Whether anything bounds an argument before an unsafe operation uses it, and what only looks as if it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.flow.conditions import Fact
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.values import Value
from scrutineer.model.body import Place
from scrutineer.model.span import Span
from scrutineer.model.types import INTEGERS
from scrutineer.rules.argument.joined import joined, mentioned
from scrutineer.rules.argument.origin import is_float
from scrutineer.rules.argument.readers import records_of
from scrutineer.rules.argument.refusals import may_refuse
from scrutineer.rules.argument.sinks import Sink

Flaw = Literal["wraps", "nan", "below", "input", "none"]

_NULL_TESTS = frozenset({".is_null", ".as_ref", ".as_mut", "NonNull::new", "ptr::NonNull::new"})


class Guard(msgspec.Struct, frozen=True):
    """What a check is worth; `flaw` is `none` for one that may be right, `span` where it stands.

    `fact` is what a condition says; nothing is known of what a call checks.
    """

    flaw: Flaw
    span: Span
    fact: Fact | None = None


def guards(flow: FunctionFlow, sink: Sink, places: frozenset[Place]) -> Iterator[Guard]:
    """Everything before a sink that may bound the arguments that reach it."""
    found = False
    less = subtracted(flow, sink, places)
    for check in flow.checks.at(sink.point):
        if _mentions(flow, check.fact, sink, places) and not _says_nothing(sink, check.fact):
            found = True
            yield Guard(_flaw(flow, check.fact, places, less), check.span, check.fact)
    crossed = None if found else joined(flow, sink.point, places | sink.beside, sink.inputs)
    for fact, span in crossed.said() if crossed is not None else ():
        if _mentions(flow, fact, sink, places) and not _says_nothing(sink, fact):
            yield Guard(_flaw(flow, fact, places, less), span, fact)
    for point, operation in flow.graph.points():
        before = flow.graph.dominates(point, sink.point) or (
            crossed is not None and point.block in crossed.before
        )
        if point != sink.point and before and may_refuse(flow, point, places, sink.inputs):
            yield Guard("none", operation.span)


def _says_nothing(sink: Sink, fact: Fact) -> bool:
    """Whether a fact is beside the point: not null of what must live, not some constant of what must be small."""
    if sink.counter is not None and plain(fact.left) == sink.counter:
        return True  # the bound itself
    if sink.pointer:
        return _is_null_test(fact)
    if sink.class_ != "bounds" or fact.right is None:
        return False
    if fact.relation == "!=":
        return True
    return fact.relation in {"<", "<="} and _is_constant(fact.left)  # a bound from below


def plain(value: Value) -> Value:
    """A value without the casts around it."""
    while value.kind == "cast":
        value = value.args[0]
    return value


def _is_constant(value: Value) -> bool:
    return value.kind == "constant" or (value.place is not None and bool(value.place.static))


def _mentions(flow: FunctionFlow, fact: Fact, sink: Sink, places: frozenset[Place]) -> bool:
    sides = (fact.left, fact.right) if fact.right is not None else (fact.left,)
    return any(mentioned(flow, side, places, sink.inputs) for side in sides)


def _is_null_test(fact: Fact) -> bool:
    if fact.right is not None:
        return any("null" in part.name for side in (fact.left, fact.right) for part in side.walk())
    return fact.left.kind == "call" and fact.left.name in _NULL_TESTS


def _flaw(flow: FunctionFlow, fact: Fact, places: frozenset[Place], less: frozenset[Value]) -> Flaw:
    if fact.right is None:
        return "none"
    for side in (fact.left, fact.right):
        if not any(place in places for place in side.places()):
            continue
        if fact.negated and fact.relation in {"<", "<="} and is_float(flow, side):
            return "nan"
        if (
            fact.relation in {"<=", "<", "=="}
            and wraps(flow, side)
            and not (side is fact.right and fact.relation != "==")
        ):
            return "wraps"
    if fact.relation in {"<", "<="} and _is_of_record(flow, fact.right):
        return "input"
    if less and fact.relation in {"<", "<="} and less.isdisjoint(fact.right.walk()):
        return "below"
    return "none"


def _is_of_record(flow: FunctionFlow, value: Value) -> bool:
    """Whether a value is a field of a record that any bytes may be taken for."""
    place = plain(value).place
    if place is None or place.steps[-1:] == () or place.steps[-1][0] != ".":
        return False
    type_ = flow.type_of(Place(place.local, place.steps[:-1]))
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_.name in records_of(flow.program)


def subtracted(flow: FunctionFlow, sink: Sink, places: frozenset[Place]) -> frozenset[Value]:
    """What something is taken from on the way to a sink: the smaller it is, the larger the difference wraps to."""
    found: set[Value] = set()
    for part in flow.values.of(sink.operand).walk() if sink.class_ == "bounds" else ():
        if part.kind == "binary" and part.name == "-":
            parts = [each for each in _added(part.args[0]) if each.kind not in {"cast", "binary"}]
            varying = [each for each in parts if not _is_constant(each)]
            chosen = all(
                each in sink.inputs or (each.place in places and _unsigned(flow, each.place))
                for each in varying
            )
            if chosen and all(flow.sources.is_parameter(each) for each in _variables(part.args[1])):
                found.update(varying)
    return frozenset(found)


def _variables(value: Value) -> list[Place]:
    """Places that a value reads, without constants: a variable may be kept small enough by a loop."""
    return [place for place in value.places() if not place.static]


def _added(value: Value) -> Iterator[Value]:
    """Parts that a value grows with."""
    yield value
    if value.kind in {"cast", "binary"}:
        for part in value.args[:1] if value.name == "-" else value.args:
            yield from _added(part)


def wraps(flow: FunctionFlow, value: Value) -> bool:
    """Whether a value is a sum or product that a caller can make wrap around, by one argument that is large."""
    if value.kind != "binary" or value.name not in {"+", "*"}:
        return False
    found: set[Place] = set()
    others = 0
    for part in value.walk():
        if part.kind == "place" and part.place is not None:
            found.add(part.place)
        elif part.kind == "call" and part.name == ".len":
            others += 1
        elif part.kind != "constant" and not (part.kind == "binary" and part.name in {"+", "*", "-"}):
            return False
    free = [place for place in found if not place.steps and flow.sources.is_parameter(place)]
    return bool(free) and len(found) + others > 1 and all(_wide(flow, place) for place in found)


def _wide(flow: FunctionFlow, place: Place) -> bool:
    return _unsigned(flow, place) and flow.type_of(place).name not in {"u8", "u16"}


def _unsigned(flow: FunctionFlow, place: Place | None) -> bool:
    if place is None:
        return False
    name = flow.type_of(place).name
    return name in INTEGERS and name.startswith("u")
