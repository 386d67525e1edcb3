"""Where unsafe code believes an answer: as length, offset or index that nothing checked."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operation
from scrutineer.rules.argument.sinks import Sink, sinks
from scrutineer.rules.ownership.roots import argument
from scrutineer.rules.panic.updates import written_root
from scrutineer.rules.trusted.answers import Answer, Answers
from scrutineer.rules.trusted.room import reserved_short
from scrutineer.rules.trusted.twice import asked_twice

_MAKES_ROOM = frozenset(
    {"with_capacity", "reserve", "reserve_exact", "try_reserve", "grow", "alloc", "array"}
)
_ANYTHING = ", and nothing checks it: safe code may answer anything"
_DIFFERENTLY = "is looked at in one call and used from another: safe code may answer differently each time"
_SHORT = "may yield more than this makes room for: it counts from a length that was lowered"
_SIZES = frozenset({"len", "size_hint"})


class Believed(msgspec.Struct, frozen=True):
    """An unsafe operation, and the answer that it relies on."""

    point: Point
    answer: Answer
    fault: str  # completes "`len` of `I` …"


def believed(flow: FunctionFlow) -> Iterator[Believed]:
    """Unsafe operations that rely on an answer; one per answer."""
    answers = Answers(flow)
    told: set[Point] = set()
    for sink in sinks(flow):
        if sink.pointer or sink.class_ not in {"bounds", "layout"}:
            continue
        for answer in answers.of(sink.operand):
            if answer.point not in told and not _is_checked(flow, sink.point, answer):
                told.add(answer.point)
                yield Believed(sink.point, answer, _what(sink))
    for point, answer in _walked(flow, answers):
        if answer.point not in told:
            told.add(answer.point)
            yield Believed(point, answer, f"makes room for what the iterator yields{_ANYTHING}")
    for point, answer in reserved_short(flow):
        yield Believed(point, answer, _SHORT)
    for point, answer in asked_twice(flow):
        if answer.point not in told:
            yield Believed(point, answer, _DIFFERENTLY)


def _what(sink: Sink) -> str:
    name = sink.path.rpartition("::")[2]
    return f"decides an argument of `{name}`{_ANYTHING}"


def _is_checked(flow: FunctionFlow, sink: Point, answer: Answer) -> bool:
    """Whether anything on every way to the sink may refuse the number."""
    for check in flow.checks.at(sink):
        fact = check.fact
        sides = (fact.left, fact.right) if fact.right is not None else (fact.left,)
        if fact.relation in {"<", "<=", "==", "true", "false"} and any(
            place.local in answer.through for side in sides for place in side.places()
        ):
            return True
    return any(
        flow.graph.dominates(point, sink) and _may_refuse(flow, point, operation, answer)
        for point, operation in flow.graph.points()
    )


def _may_refuse(flow: FunctionFlow, point: Point, operation: Operation, answer: Answer) -> bool:
    """Whether an operation takes the number and may panic or fail on it: an indexing, a call that is no unsafe one."""
    if point == answer.point:
        return False
    for given in operation.operands:
        place = given.place
        if place is None:
            continue
        if any(step.startswith("[_") and int(step[2:-1]) in answer.through for step in place.steps):
            return True
        handed = operation.kind == "call" and place.local in answer.through and given.mode == "use"
        if handed and not _takes_anything(flow, point, operation):
            return True
    return operation.kind == "opaque"


def _takes_anything(flow: FunctionFlow, point: Point, operation: Operation) -> bool:
    target = flow.target(point)
    name = operation.callee.name.rpartition("::")[2] if operation.callee is not None else ""
    if target.kind == "constructor" or target.unsafe == "yes" or name in _MAKES_ROOM:
        return True
    return target.kind == "std" and (
        (
            operation.target is not None
            and flow.answers.needs_drop(operation.target) == "no"
            and "slice" not in target.path
        )
        or target.name.startswith("try_")
    )


def _walked(flow: FunctionFlow, answers: Answers) -> Iterator[tuple[Point, Answer]]:
    """Raw writes of all that an iterator yields, into room made for as much as it announced."""
    rooms = [
        answer
        for point, operation in flow.graph.points()
        if operation.callee is not None and operation.callee.name.rpartition("::")[2] in _MAKES_ROOM
        for given in operation.operands
        if given.mode == "use"
        for answer in answers.of(given)
        if answer.name in _SIZES and not _in_loop(flow, point)
    ]
    if not rooms:
        return
    for point, operation in flow.graph.points():
        if operation.kind != "call" or written_root(flow, point, operation) is None:
            continue
        if _of_every_item(flow, point):
            yield point, rooms[0]
            return


def _of_every_item(flow: FunctionFlow, point: Point) -> bool:
    """Whether a write stands in a loop over the user's iterator that looks at no count of its own."""
    turn = _turn(flow, point)
    steps = [
        at
        for at, there in flow.graph.points()
        if at.block in turn and there.callee is not None and there.callee.name.endswith("next")
    ]
    if not any(flow.unwinds(at).whose == "user" and _unbounded(flow, at) for at in steps):
        return False
    for block in turn:
        terminator = flow.body.blocks[block].terminator
        if terminator.kind == "branch":
            return False
        if any(
            there.callee is not None and there.callee.name.rpartition("::")[2] in _MAKES_ROOM
            for there in flow.body.blocks[block].operations
        ):
            return False
    return True


def _unbounded(flow: FunctionFlow, step: Point) -> bool:
    """Whether the iterator is walked as it is: none that `take` or `zip` ends early."""
    place = argument(flow.operation(step), 0)
    type_ = flow.type_of(place) if place is not None else None
    return type_ is not None and not any(word in str(type_) for word in ("Take<", "Zip<"))


def _turn(flow: FunctionFlow, point: Point) -> set[int]:
    """Blocks of the loop that a point lies in."""
    return flow.graph.between(point.block, point.block) if _in_loop(flow, point) else set()


def _in_loop(flow: FunctionFlow, point: Point) -> bool:
    return any(flow.graph.between(target, point.block) for target in flow.graph.successors[point.block])
