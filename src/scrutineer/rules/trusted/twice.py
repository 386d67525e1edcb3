"""Unsafe code that asks a safe trait twice and believes that it gets the same answer."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Place
from scrutineer.rules.argument.sinks import Sink, sinks
from scrutineer.rules.ownership.roots import argument, root
from scrutineer.rules.trusted.answers import Answer, promises, whose

_ACCESSORS = frozenset(
    {"borrow", "borrow_mut", "as_ref", "as_mut", "deref", "deref_mut", "as_slice", "as_mut_slice"}
)
_MAKES_ROOM = frozenset({"with_capacity", "reserve", "reserve_exact"})


def asked_twice(flow: FunctionFlow) -> Iterator[tuple[Point, Answer]]:
    """Unsafe operations on what one call of an accessor gave, after another call of it was checked or measured."""
    accessors = {
        point: root(flow, place)
        for point, operation in flow.graph.points()
        if (place := argument(operation, 0)) is not None and _is_accessor(flow, point)
    }
    if len(accessors) < 2:
        return
    for sink in sinks(flow):
        for used in (sink.operand, *_subject(flow, sink)):
            others = [operand for operand in flow.operation(sink.point).operands if operand != used]
            found = _other_answer(flow, accessors, used, [_measures(flow, sink), others])
            if found is not None:
                target = flow.target(found)
                yield sink.point, Answer(found, target.name, whose(target), frozenset())
                return


def _subject(flow: FunctionFlow, sink: Sink) -> tuple[Operand, ...]:
    """The slice that an index is into."""
    operation = flow.operation(sink.point)
    called = operation.callee is not None and operation.callee.form == "method"
    return operation.operands[:1] if called and sink.operand != operation.operands[0] else ()


def _other_answer(
    flow: FunctionFlow, accessors: dict[Point, Place], used: Operand, looked_at: list[list[Operand]]
) -> Point | None:
    """A call of the same accessor on the same value that was looked at instead of the one that is used."""
    for second in _asked(flow, accessors, [used]):
        for operands in looked_at:
            measured = _asked(flow, accessors, operands)
            if second in measured:
                continue
            for first in sorted(measured):
                if _name(flow, first) == _name(flow, second) and accessors[first] == accessors[second]:
                    return first
    return None


def _name(flow: FunctionFlow, point: Point) -> str:
    return flow.target(point).name.removesuffix("_mut")


def _is_accessor(flow: FunctionFlow, point: Point) -> bool:
    target = flow.target(point)
    return target.kind == "generic" and target.name in _ACCESSORS and not promises(flow, target)


def _measures(flow: FunctionFlow, sink: Sink) -> list[Operand]:
    """What was looked at before an unsafe operation: conditions on every way to it, and room made."""
    found: list[Operand] = []
    for block in flow.graph.dominators(sink.point.block):
        terminator = flow.body.blocks[block].terminator
        if block != sink.point.block and terminator.kind == "branch" and terminator.condition is not None:
            found.append(terminator.condition)
    for point, operation in flow.graph.points():
        name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
        if name in _MAKES_ROOM and flow.graph.dominates(point, sink.point):
            found.extend(operation.operands[-1:])
    return found


def _asked(flow: FunctionFlow, accessors: dict[Point, Place], operands: list[Operand]) -> set[Point]:
    """Calls of accessors that operands are computed of."""
    found: set[Point] = set()
    seen: set[int] = set()
    todo = [operand.place.local for operand in operands if operand.place is not None]
    while todo:
        local = todo.pop()
        if local in seen or local < 0:
            continue
        seen.add(local)
        for setter in flow.sources.setters(local):
            point = flow.point_of(setter)
            if point in accessors:
                found.add(point)
                continue
            todo.extend(given.place.local for given in setter.operands if given.place is not None)
    return found
