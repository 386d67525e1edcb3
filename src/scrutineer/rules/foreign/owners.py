"""Types of a crate that own a foreign resource: whose `Drop` hands one of their fields to a foreign function."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operation
from scrutineer.program.typing.records import CallTarget
from scrutineer.rules.panic.walk import DROP
from scrutineer.rules.unit import Unit

_STD_OWNERS = frozenset({"from_raw_fd", "from_raw_handle", "from_raw_socket"})
_DEEPEST = 2  # methods that a destructor runs on its value


class Release(msgspec.Struct, frozen=True):
    """The destructor of type `owner` (a canonical path) hands its field to the foreign function `function`."""

    owner: str
    field: str
    function: str


class Owners:
    """What the destructors of one crate release."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.releases = tuple(self._learn())
        self.functions = frozenset(release.function for release in self.releases)
        self._fields = {(release.owner, release.field): release for release in self.releases}
        self._wrapped: dict[tuple[int, int], Release | None] = {}

    def _learn(self) -> Iterator[Release]:
        program = self.unit.program
        for entry in program.functions:
            if entry.item.name != "drop" or entry.item.impl_ < 0 or entry.item.body_span is None:
                continue
            scope = program.resolver.impl_scope(program.start(entry.file, "impls") + entry.item.impl_)
            flow = self.unit.flows.of(entry.index) if scope.trait == DROP else None
            if flow is not None and scope.self_type is not None:
                for field, function in self._handed(flow, _DEEPEST):
                    yield Release(scope.self_type.name, field, function)

    def _handed(self, flow: FunctionFlow, depth: int) -> Iterator[tuple[str, str]]:
        """Fields of the value that a method hands to foreign functions, itself or in methods that it calls."""
        for point, operation in flow.graph.points():
            target = flow.target(point)
            if target.kind == "foreign":
                field = _own_field(flow, operation)
                if field:
                    yield field, target.path
            elif target.kind == "resolved" and depth and self._on_itself(flow, operation, target):
                callee = self.unit.flows.of(target.function)
                yield from self._handed(callee, depth - 1) if callee is not None else ()

    def _on_itself(self, flow: FunctionFlow, operation: Operation, target: CallTarget) -> bool:
        if target.crate != self.unit.program.root or not operation.operands:
            return False
        place = flow.values.of(operation.operands[0]).place
        return place is not None and place.local == 1 and not any(step[0] == "." for step in place.steps)

    def wrapping(
        self, flow: FunctionFlow, operation: Operation, target: CallTarget, at: int
    ) -> Release | None:
        """How operand `at` comes to be owned: it becomes the field of an owner, or the callee makes it so."""
        if operation.kind == "aggregate" or target.kind == "constructor":
            if operation.target is None:
                return None
            field = operation.fields[at] if at < len(operation.fields) else str(at)
            return self._fields.get((flow.type_of(operation.target).name, field))
        if target.kind == "std" and target.name in _STD_OWNERS:
            return Release(target.path, "", "close")
        if target.kind == "resolved" and target.crate == self.unit.program.root:
            return self._by_callee(target.function, at + 1)
        return None

    def _by_callee(self, function: int, parameter: int) -> Release | None:
        key = (function, parameter)
        if key not in self._wrapped:
            self._wrapped[key] = None  # a cycle wraps nothing
            flow = self.unit.flows.of(function)
            self._wrapped[key] = self._in_body(flow, parameter) if flow is not None else None
        return self._wrapped[key]

    def _in_body(self, flow: FunctionFlow, parameter: int) -> Release | None:
        for point, operation in flow.graph.points():
            if operation.kind not in {"aggregate", "call"}:
                continue
            for at, operand in enumerate(operation.operands):
                places = flow.values.of(operand).places()
                if any(place.local == parameter and not place.steps for place in places):
                    found = self.wrapping(flow, operation, flow.target(point), at)
                    if found is not None:
                        return found
        return None


def _own_field(flow: FunctionFlow, operation: Operation) -> str:
    """The first field of the method's value among a call's arguments: the handle; others say its size or owner."""
    for operand in operation.operands:
        for place in flow.values.of(operand).places():
            field = next((step[1:] for step in place.steps if step[0] == "."), "")
            if place.local == 1 and field:
                return field
    return ""
