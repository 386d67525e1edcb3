"""`capacity()` taken for a length: what was asked for, and so what was written, may be less."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operation, Place
from scrutineer.rules.ownership.roots import root
from scrutineer.rules.uninit.elements import elements_may_be_uninit

_BY_THE_WAY = frozenset({"set_len", "reserve", "reserve_exact", "truncate"})


def whole_capacities(flow: FunctionFlow) -> Iterator[Point]:
    """Calls of `set_len` with the vector's own capacity."""
    for point, operation in flow.graph.points():
        is_set = operation.kind == "call" and flow.target(point).path == "alloc::vec::Vec::set_len"
        if is_set and len(operation.operands) > 1 and is_whole_capacity(flow, point, operation):
            yield point


def is_whole_capacity(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether `set_len` is given the vector's own capacity, and nothing that might have filled it was told of that.

    `with_capacity(n)` and `reserve(n)` give room for `n` elements or more.
    """
    receiver = operation.operands[0].place
    if receiver is None or elements_may_be_uninit(flow, receiver):
        return False
    owner = root(flow, receiver)
    if not _asks(flow, flow.values.of(operation.operands[1]), owner):
        return False
    return not any(
        _is_told(flow, later, there, owner)
        for later, there in flow.graph.points()
        if later != point and flow.graph.reaches(later, point)
    )


def _asks(flow: FunctionFlow, value: Value, owner: Place) -> bool:
    """Whether a value is `owner.capacity()`."""
    if value.kind != "call" or value.name != ".capacity" or not value.args:
        return False
    return any(root(flow, place).local == owner.local for place in value.args[0].places())


def _is_told(flow: FunctionFlow, point: Point, operation: Operation, owner: Place) -> bool:
    """Whether an operation makes use of the capacity: as a count, a bound, an argument."""
    if operation.kind == "assign" or flow.target(point).name in _BY_THE_WAY:
        return False
    return any(
        _asks(flow, part, owner) for operand in operation.operands for part in flow.values.of(operand).walk()
    )
