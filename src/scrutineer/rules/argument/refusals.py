"""Operations that may refuse an argument: one that gets it, or indexes with it, and panics or gives an error."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.model.types import FLOATS, INTEGERS
from scrutineer.rules.argument.joined import mentioned
from scrutineer.rules.argument.origin import PASSED_ON, arguments

_NO_CHECKS = (
    "core::cmp::", "core::convert::", "core::clone::", "core::iter::IntoIterator::", "core::iter::Iterator::next", "core::ptr::", "core::mem::", "pointer::",
    "core::ops::",
)  # fmt: skip
_ONLY_TELL = frozenset(
    {"len", "is_empty", "capacity"}
)  # a condition on the answer is a check, asking is none
_UNCHECKED = frozenset({".get_unchecked", ".get_unchecked_mut"})  # what they give says nothing of the rest
_DEEPEST = 4

_KNOWN: WeakKeyDictionary[FunctionFlow, dict[int, bool]] = WeakKeyDictionary()
"""Which parameters a function may refuse; as old as the flows."""


def may_refuse(
    flow: FunctionFlow,
    point: Point,
    places: frozenset[Place],
    inputs: frozenset[Value] = frozenset(),
    depth: int = _DEEPEST,
) -> bool:
    """Whether an operation may refuse one of the values: a call that gets it, an indexing, an unknown macro."""
    operation = flow.operation(point)
    if operation.kind == "opaque":
        return True
    handed = [
        number
        for number, operand in enumerate(operation.operands, 1)
        if _passes(flow, operand, places, inputs)
    ]
    if handed and operation.kind == "call" and not _checks_nothing(flow, point, handed, depth):
        return True
    return any(_indexes(flow, place, places) for place in _places(operation))


def _checks_nothing(flow: FunctionFlow, point: Point, handed: list[int], depth: int) -> bool:
    target, callee = flow.target(point), flow.operation(point).callee
    name = target.name or (callee.name if callee is not None else "")
    if target.kind == "constructor" or name in _ONLY_TELL or f".{name}" in PASSED_ON:
        return True
    if target.kind == "resolved" and target.crate == flow.program.root and not target.alternatives:
        inner = flow.flow_of(target.function)
        return inner is not None and not any(_refuses(inner, number, depth - 1) for number in handed)
    if target.kind != "std":
        return target.path.startswith(_NO_CHECKS)
    plain = target.path.startswith(_NO_CHECKS) or target.path.partition("::")[0] in INTEGERS | FLOATS
    return plain or target.unsafe == "yes"


def _refuses(flow: FunctionFlow, parameter: int, depth: int) -> bool:
    """Whether a function may refuse a value of a parameter; of what calls itself, or calls deep down, it may."""
    known = _KNOWN.setdefault(flow, {})
    if depth == 0 or parameter in known:
        return known.get(parameter, True)
    known[parameter] = True
    places = frozenset({Place(parameter)})
    known[parameter] = (
        any(mentioned(flow, flow.values.of(each), places, frozenset()) for each in _telling(flow))
        or any(capture.place.local == parameter for body in flow.body.closures for capture in body.captures)
        or any(may_refuse(flow, point, places, depth=depth) for point, _ in flow.graph.points())
    )
    return known[parameter]


def _telling(flow: FunctionFlow) -> Iterator[Operand]:
    """Conditions whose outcome a caller learns: by the result, or, where there is none, by a panic."""
    result = flow.typed.locals[0]
    silent = result.kind == "tuple" and not result.args
    returning = _returning(flow) if silent else set()
    for block in flow.graph.order:
        condition = flow.body.blocks[block].terminator.condition
        if condition is not None and not (silent and returning.issuperset(flow.graph.successors[block])):
            yield condition


def _returning(flow: FunctionFlow) -> set[int]:
    """Blocks from which the function can return."""
    todo = [block for block in flow.graph.order if flow.body.blocks[block].terminator.kind == "return"]
    seen = set(todo)
    while todo:
        for block in flow.graph.predecessors[todo.pop()]:
            if block not in seen:
                seen.add(block)
                todo.append(block)
    return seen


def _passes(flow: FunctionFlow, operand: Operand, places: frozenset[Place], inputs: frozenset[Value]) -> bool:
    value = flow.values.of(operand)
    if value.kind == "call" and value.name in _UNCHECKED:
        return False
    if inputs and not inputs.isdisjoint(value.walk()):
        return True
    return any(wanted.is_prefix_of(place) for place in value.places() for wanted in places)


def _places(operation: Operation) -> Iterator[Place]:
    if operation.target is not None:
        yield operation.target
    for operand in operation.operands:
        if operand.place is not None:
            yield operand.place


def _indexes(flow: FunctionFlow, place: Place, places: frozenset[Place]) -> bool:
    """Whether a place is an element of one of the places, or is found by an index that one of them decides."""
    for number, step in enumerate(place.steps):
        if step[0] != "[":
            continue
        whole = Place(place.local, place.steps[:number], place.static)
        if any(wanted.is_prefix_of(whole) for wanted in places):
            return True
        if step.startswith("[_") and not places.isdisjoint(
            arguments(flow, Operand("use", Place(int(step[2:-1]))))
        ):
            return True
    return False
