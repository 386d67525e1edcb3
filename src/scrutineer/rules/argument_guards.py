"""Whether anything bounds an argument before an unsafe operation uses it, and what only looks as if it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.flow.checks import Check
from scrutineer.flow.conditions import Fact
from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import FLOATS, INTEGERS
from scrutineer.rules.argument_origin import PASSED_ON, arguments, is_float
from scrutineer.rules.argument_sinks import Sink

Flaw = Literal["wraps", "nan", "none"]

_NO_CHECKS = (
    "core::cmp::", "core::convert::", "core::clone::", "core::iter::IntoIterator::", "core::iter::Iterator::next", "core::ptr::", "core::mem::", "pointer::",
    "core::ops::",
)  # fmt: skip
_ONLY_TELL = frozenset(
    {"len", "is_empty", "capacity"}
)  # a condition on the answer is a check, asking is none
_NULL_TESTS = frozenset({".is_null", ".as_ref", ".as_mut", "NonNull::new", "ptr::NonNull::new"})


class Guard(msgspec.Struct, frozen=True):
    """What a check is worth; `flaw` is `none` for one that may be right, `span` where it stands."""

    flaw: Flaw
    span: Span


def guards(flow: FunctionFlow, sink: Sink, places: frozenset[Place]) -> Iterator[Guard]:
    """Everything before a sink that may bound the arguments that reach it."""
    for check in flow.checks.at(sink.point):
        if _mentions(check.fact, places) and not _says_nothing(sink, check.fact):
            yield Guard(_flaw(flow, check, places), check.span)
    for point, operation in flow.graph.points():
        if (
            point != sink.point
            and flow.graph.dominates(point, sink.point)
            and _may_check(flow, point, places)
        ):
            yield Guard("none", operation.span)


def _says_nothing(sink: Sink, fact: Fact) -> bool:
    """Whether a fact is beside the point: not null of what must live, not some constant of what must be small."""
    if sink.pointer:
        return _is_null_test(fact)
    if sink.class_ != "bounds" or fact.right is None:
        return False
    if fact.relation == "!=":
        return "constant" in {fact.left.kind, fact.right.kind}
    return fact.relation in {"<", "<="} and fact.left.kind == "constant"  # a bound from below


def _mentions(fact: Fact, places: frozenset[Place]) -> bool:
    sides = (fact.left, fact.right) if fact.right is not None else (fact.left,)
    read = [place for side in sides for place in side.places()]
    return any(overlaps(place, wanted) for place in read for wanted in places)


def _is_null_test(fact: Fact) -> bool:
    if fact.right is not None:
        return any("null" in part.name for side in (fact.left, fact.right) for part in side.walk())
    return fact.left.kind == "call" and fact.left.name in _NULL_TESTS


def _flaw(flow: FunctionFlow, check: Check, places: frozenset[Place]) -> Flaw:
    fact = check.fact
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
    return "none"


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
        elif part.kind != "constant" and not (part.kind == "binary" and part.name in {"+", "*"}):
            return False
    free = [place for place in found if not place.steps and flow.sources.is_parameter(place)]
    return bool(free) and len(found) + others > 1 and all(_wide(flow, place) for place in found)


def _wide(flow: FunctionFlow, place: Place) -> bool:
    name = flow.type_of(place).name
    return name in INTEGERS and name.startswith("u") and name not in {"u8", "u16"}


def _may_check(flow: FunctionFlow, point: Point, places: frozenset[Place]) -> bool:
    """Whether an operation may refuse an argument: a call that gets it, an indexing with it, an unknown macro."""
    operation = flow.operation(point)
    if operation.kind == "opaque":
        return True
    handed = any(_passes(flow, operand, places) for operand in operation.operands)
    if handed and operation.kind == "call" and not _checks_nothing(flow, point):
        return True
    return any(_indexes(flow, place, places) for place in _places(operation))


def _checks_nothing(flow: FunctionFlow, point: Point) -> bool:
    target = flow.target(point)
    if target.kind == "constructor" or target.name in _ONLY_TELL or f".{target.name}" in PASSED_ON:
        return True
    if target.kind != "std":
        return target.path.startswith(_NO_CHECKS)
    plain = target.path.startswith(_NO_CHECKS) or target.path.partition("::")[0] in INTEGERS | FLOATS
    return plain or target.unsafe == "yes"


def _passes(flow: FunctionFlow, operand: Operand, places: frozenset[Place]) -> bool:
    read = flow.values.of(operand).places()
    return any(wanted.is_prefix_of(place) for place in read for wanted in places)


def _places(operation: Operation) -> Iterator[Place]:
    if operation.target is not None:
        yield operation.target
    for operand in operation.operands:
        if operand.place is not None:
            yield operand.place


def _indexes(flow: FunctionFlow, place: Place, places: frozenset[Place]) -> bool:
    for step in place.steps:
        if step.startswith("[_") and not places.isdisjoint(
            arguments(flow, Operand("use", Place(int(step[2:-1]))))
        ):
            return True
    return False
