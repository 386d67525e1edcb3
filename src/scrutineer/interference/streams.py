"""Readers over memory of others: which fetch of which reader takes from where the reader began."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.interference.shared_memory import StreamTable, shared_memory
from scrutineer.locks.places import root_of
from scrutineer.model.body import Operand, Operation

Step = tuple[Point, Operation]


class StreamFetch(msgspec.Struct, frozen=True):
    """A fetch from where a reader began: `into` is the local that receives the bytes, -1 if the result does."""

    point: Point
    party: str
    location: Value
    into: int
    name: str


def stream_fetches(flow: FunctionFlow) -> Iterator[StreamFetch]:
    """The first fetch of every reader, whose place is known; later ones stand where the first left off."""
    for table in shared_memory().stream:
        steps = [(p, o) for p, o in flow.graph.points() if flow.target(p).path in table.advancing]
        for point, operation in steps:
            path = flow.target(point).path
            if path in table.moves or not operation.operands:
                continue
            begun = _beginning(flow, table, operation.operands[0], steps)
            if begun is None:
                continue
            location, since = begun
            if any(_moves_on(flow, other, operation, since, point) for other in steps):
                continue
            into = _buffer(flow, operation) if path in table.fills else -1
            yield StreamFetch(point, table.party, location, into, flow.target(point).name)


def _beginning(
    flow: FunctionFlow, table: StreamTable, reader: Operand, steps: list[Step]
) -> tuple[Value, Point | None] | None:
    """Where a reader began, and since when it is one: made in this body, copied from another, or handed in."""
    place = reader.place
    if place is None:
        return None
    root = root_of(flow, place).place
    operation = flow.values.only_assignment(root.local) if root.local >= 0 else None
    made = flow.point_of(operation) if operation is not None else None
    if operation is None or made is None:
        return Value("place", place=root), None
    path = flow.target(made).path
    if path in table.opens:
        return flow.values.of(operation.operands[0]), made
    if path in table.passes:
        inner = _beginning(flow, table, operation.operands[0], steps)
        return (inner[0], made) if inner is not None else None
    if path in table.copies and not any(_moves_on(flow, step, operation, None, made) for step in steps):
        inner = _beginning(flow, table, operation.operands[0], steps)
        return (inner[0], made) if inner is not None else None
    return None


def _moves_on(
    flow: FunctionFlow, other: Step, operation: Operation, since: Point | None, point: Point
) -> bool:
    """Whether another operation may have moved the same reader before it fetches."""
    at, step = other
    if at == point or not _same_reader(flow, step, operation) or not flow.graph.reaches(at, point):
        return False
    return since is None or flow.graph.reaches(since, at)


def _same_reader(flow: FunctionFlow, one: Operation, other: Operation) -> bool:
    first, second = one.operands[0].place, other.operands[0].place
    return first is not None and second is not None and root_of(flow, first) == root_of(flow, second)


def _buffer(flow: FunctionFlow, operation: Operation) -> int:
    place = operation.operands[1].place if len(operation.operands) > 1 else None
    return root_of(flow, place).place.local if place is not None else -1
