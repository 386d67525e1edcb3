"""Numbers that a program reads from its input: a length or an offset out of a header is what its author wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.values import Value
from scrutineer.model.body import Operand, Operation, Place
from scrutineer.program.memo import kept
from scrutineer.rules.argument.joined import mentioned
from scrutineer.rules.argument.origin import is_bytes, leaves
from scrutineer.rules.argument.readers import reads_number

_DEEPEST = 3


class Inputs:
    """Answers for one crate; what a function of its own gives is asked once."""

    def __init__(self, flows: Callable[[int], FunctionFlow | None]) -> None:
        self._flows = flows
        self._gives: dict[tuple[int, tuple[str, ...]], bool] = {}

    def of(self, flow: FunctionFlow, whole: Value, depth: int = _DEEPEST) -> frozenset[Value]:
        """Values read from input that decide a value, with no bound put on them on the way."""
        found = frozenset(value for value in leaves(flow, whole) if self._is_read(flow, value, depth))
        return found | _named(flow, whole, found) if found else found

    def _is_read(self, flow: FunctionFlow, value: Value, depth: int) -> bool:
        if value.kind != "call":
            return value.place is not None and _overlays(flow, value.place)
        if reads_number(value.name):
            return True
        point = calls_of(flow).get(Value(value.kind, value.name, value.args))
        if point is None or _reinterprets(flow, value):
            return point is not None
        target = flow.target(point)
        own = target.kind == "resolved" and target.crate == flow.program.root and target.unsafe == "no"
        if depth == 0 or not own or target.function < 0:
            return False
        names = value.place.steps if value.place is not None else ()
        return self._gives_read(target.function, names, depth - 1)

    def _gives_read(self, function: int, names: tuple[str, ...], depth: int) -> bool:
        """Whether a function gives what it reads, in a field of what it gives; of a cycle nothing is known.

        It does not if it looks at what it read.
        """
        key = (function, names)
        if key not in self._gives:
            self._gives[key] = False
            flow = self._flows(function)
            self._gives[key] = flow is not None and any(
                not _is_looked_at(flow, value)
                for result in _results(flow, names)
                for value in (*self.of(flow, result, depth), *_assembled(flow, result))
            )
        return self._gives[key]


def _named(flow: FunctionFlow, whole: Value, found: frozenset[Value]) -> frozenset[Value]:
    """The same values under the names that a body gives to them: what a `?` or a field took out of the answer."""
    return frozenset(
        part
        for part in whole.walk()
        if part.place is not None and part.place.steps and not found.isdisjoint(leaves(flow, part))
    )


def _reinterprets(flow: FunctionFlow, value: Value) -> bool:
    """Whether a call reads a number through a pointer to bytes: `(bytes.as_ptr() as *const u32).read_unaligned()`."""
    if not value.name.endswith(("read_unaligned", "ptr::read")) or not value.args:
        return False
    pointer = value.args[0]
    if pointer.kind != "cast":
        return False
    return any(
        part.name == ".as_ptr" and any(is_bytes(flow.type_of(place)) for place in part.places())
        for part in pointer.walk()
    )


@kept
def calls_of(flow: FunctionFlow) -> dict[Value, Point]:
    """Where each call of a body stands, by its value."""
    return {
        flow.values.of_operation(operation): point
        for point, operation in flow.graph.points()
        if operation.kind == "call"
    }


def _results(flow: FunctionFlow, names: tuple[str, ...]) -> Iterator[Value]:
    """What a function gives, out of `Ok` and `Some`, and out of the fields of a record."""
    for setter in flow.sources.setters(0):
        called = setter.callee.name if setter.callee is not None else ""
        if setter.kind == "call" and called in {"Ok", "Some"}:
            definition = _definition(flow, setter.operands[0])
            if definition is None:
                yield flow.values.of(setter.operands[0])
                continue
            setter = definition  # noqa: PLW2901 - the record in place of its wrapper
        if names and setter.kind == "aggregate":
            given = setter.fields or tuple(map(str, range(len(setter.operands))))
            inside = (each for name, each in zip(given, setter.operands, strict=False) if name == names[0])
            yield from (flow.values.of(each) for each in inside)
        else:
            yield flow.values.of_operation(setter)


def _definition(flow: FunctionFlow, operand: Operand) -> Operation | None:
    if operand.place is None or operand.place.steps:
        return None
    definition = flow.values.definition(operand.place.local)
    while definition is not None and definition.kind == "assign" and definition.operands[0].place is not None:
        place = definition.operands[0].place
        definition = None if place.steps else flow.values.definition(place.local)
    return definition


def _overlays(flow: FunctionFlow, place: Place) -> bool:
    """Whether a place lies in a record that a pointer to borrowed bytes is taken for."""
    if place.steps[:1] != ("*",) or flow.sources.is_parameter(place):
        return False
    value = flow.values.of_place(Place(place.local))
    casts = 0
    while value.args and (value.kind == "cast" or value.name == ".cast"):
        value, casts = value.args[0], casts + 1
    if not casts or value.name != ".as_ptr" or not value.args or value.args[0].place is None:
        return False
    type_ = flow.type_of(value.args[0].place)
    return type_.kind in {"ref", "slice"} and is_bytes(type_)


def _assembled(flow: FunctionFlow, value: Value) -> Iterator[Value]:
    """Bytes of an argument that are shifted together to a larger number."""
    parts = value.walk()
    if not any(part.kind == "binary" and part.name == "<<" for part in parts):
        return
    yield from (part for part in parts if part.place is not None and _is_byte(flow, part.place))


def _is_byte(flow: FunctionFlow, place: Place) -> bool:
    """Whether a place is an element of an argument that is bytes."""
    indexed = place.steps[-1:] and place.steps[-1][0] == "["
    return bool(indexed) and flow.sources.is_parameter(place) and is_bytes(flow.type_of(Place(place.local)))


def _is_looked_at(flow: FunctionFlow, value: Value) -> bool:
    """Whether some condition of a body speaks of a value."""
    wanted = frozenset({value})
    conditions = (block.terminator.condition for block in flow.body.blocks)
    return any(
        mentioned(flow, flow.values.of(each), frozenset(), wanted) for each in conditions if each is not None
    )
