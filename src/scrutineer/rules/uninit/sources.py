"""Where memory is declared initialised although nothing wrote it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.flow.writes import overlaps
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.rules.uninit.capacity import is_whole_capacity
from scrutineer.rules.uninit.elements import elements_may_be_uninit
from scrutineer.rules.uninit.uses import FirstUse, first_uses, use_of

_SET_LEN = frozenset({"alloc::vec::Vec::set_len", "alloc::string::String::set_len"})
_NEW = frozenset({"with_capacity", "new", "with_capacity_in", "default"})
_GROWS = frozenset({"reserve", "reserve_exact", "try_reserve", "try_reserve_exact"})


class Exposed(msgspec.Struct, frozen=True):
    """Memory that is declared initialised at `point`, and the first use that shows it to somebody."""

    point: Point
    place: Place
    use: FirstUse


def lengthened(flow: FunctionFlow) -> Iterator[Exposed]:
    """`set_len` over spare capacity that nothing wrote, followed by a use that is no raw pointer."""
    for point, operation in flow.graph.points():
        if not operation.operands[1:] or not _sets_length(flow, point, operation):
            continue
        place = operation.operands[0].place
        if place is None or elements_may_be_uninit(flow, place):
            continue
        if is_whole_capacity(flow, point, operation):
            continue  # reported as that
        place = flow.writes.origin(place)
        if not _grows(flow, point, place, operation.operands[1]) or _written_before(flow, point, place):
            continue
        uses = first_uses(flow, point, place)
        filled = any(
            use.use == "pointer" for use in uses
        )  # by a loop, which returns at once where it has no turn
        seen = next((u for u in uses if u.use == "exposed" or (u.use == "returned" and not filled)), None)
        if seen is None and not uses and _is_callers(flow, place):
            seen = FirstUse("returned", point)
        if seen is not None:
            yield Exposed(point, place, seen)


def _is_callers(flow: FunctionFlow, place: Place) -> bool:
    """Whether a vector is one that safe code outside the crate handed in, and gets back as it is left."""
    lent = not place.steps and flow.sources.is_parameter(place) and flow.type_of(place).kind == "ref"
    return lent and not flow.entry.item.unsafe and flow.program.visibility.is_reachable(flow.entry)


def _sets_length(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    """Whether a call is `set_len`: of a vector, or of what calls itself so in a crate that was not read."""
    if operation.kind != "call" or operation.callee is None:
        return False
    target = flow.target(point)
    foreign = target.kind in {"external", "unknown"} and operation.unsafe_block >= 0
    return target.path in _SET_LEN or (foreign and operation.callee.name == "set_len")


def _grows(flow: FunctionFlow, point: Point, place: Place, length: Operand) -> bool:
    """Whether the length is raised: the vector was made empty here, or room was just made for more."""
    value = flow.values.of(length)
    if value.kind == "constant" and value.name.rstrip("usize_") == "0":
        return False
    return _checked_longer(flow, point, place, value) or any(
        _makes_room(flow, earlier, operation, place)
        for earlier, operation in flow.graph.points()
        if flow.graph.reaches(earlier, point)
    )


def _checked_longer(flow: FunctionFlow, point: Point, place: Place, length: Value) -> bool:
    """Whether a check says that the new length is more than the present one: `if end > data.len()`."""
    for fact in flow.checks.holding(point):
        if (
            fact.relation == "<"
            and fact.right == length
            and fact.left.kind == "call"
            and fact.left.name == ".len"
        ):
            return any(flow.writes.origin(read) == place for read in fact.left.places())
    return False


def _makes_room(flow: FunctionFlow, point: Point, operation: Operation, place: Place) -> bool:
    if operation.kind != "call" or operation.callee is None:
        return False
    name = operation.callee.name.rpartition("::")[2]
    if operation.callee.form == "method":
        receiver = operation.operands[0].place
        return name in _GROWS and receiver is not None and overlaps(flow.writes.origin(receiver), place)
    made = operation.target
    if name not in _NEW or made is None or flow.target(point).kind not in {"std", "external", "unknown"}:
        return False
    return overlaps(made, place) or _moved_into(flow, made, place)


def _moved_into(flow: FunctionFlow, made: Place, place: Place) -> bool:
    """Whether a fresh vector went into a field of the place's local: `Mat { data: Vec::with_capacity(n) }`."""
    return any(
        operation.kind == "aggregate"
        and operation.target is not None
        and operation.target.local == place.local
        and any(operand.place == made for operand in operation.operands)
        for _, operation in flow.graph.points()
    )


def _written_before(flow: FunctionFlow, point: Point, place: Place) -> bool:
    """Whether the buffer was handed out (as a pointer or to anything that may fill it) since room was last made."""
    rooms = {
        id(operation)
        for earlier, operation in flow.graph.points()
        if _makes_room(flow, earlier, operation, place)
    }
    return any(
        id(operation) not in rooms
        and use_of(flow, earlier, place) in {"pointer", "exposed"}
        and flow.graph.path_avoiding(earlier, lambda later: id(later) in rooms, point)
        for earlier, operation in flow.graph.points()
        if earlier != point and flow.graph.reaches(earlier, point)
    )
