"""Runs the lowered bodies of an intrusive list on a ring of numbered elements: what its source does, step by step."""

from __future__ import annotations

from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Operand, Operation, Place

LIST = "list"
"""What stands for the list itself; elements are numbers from 1, null is 0."""
Value = object
Memory = dict[tuple[object, str], int]


def ring(items: int) -> Memory:
    """All elements in one list, in order."""
    memory: Memory = {(LIST, "first"): 1}
    for item in range(1, items + 1):
        memory[item, "next"] = item % items + 1
        memory[item, "prev"] = (item - 2) % items + 1
    return memory


class Machine:
    """One program's functions over one memory. What it does not know gives back its first argument."""

    def __init__(self, flows: Flows, memory: Memory) -> None:
        """Nothing has run yet."""
        self.flows = flows
        self.memory = memory

    def run(self, path: str, *arguments: Value) -> Value:
        """Call a function by its path."""
        (entry,) = self.flows.program.find(path)
        return self._call(entry.index, arguments)

    def _call(self, function: int, arguments: tuple[Value, ...]) -> Value:
        flow = self.flows.of(function)
        if flow is None:
            return arguments[0]
        values: dict[int, Value] = dict(enumerate(arguments, start=1))
        block = 0
        while True:
            body = flow.body.blocks[block]
            for at, operation in enumerate(body.operations):
                self._step(flow, values, Point(block, at), operation)
            end = body.terminator
            if end.kind == "return":
                return values.get(0)
            truth = end.kind == "branch" and bool(self._operand(values, end.condition))
            block = end.targets[
                0 if truth or end.kind == "goto" else 1
            ]  # of a `cfg`: without debug assertions

    def _step(self, flow: FunctionFlow, values: dict[int, Value], point: Point, operation: Operation) -> None:
        target = operation.target
        if target is None or operation.kind in {"drop", "storage_dead", "match"}:
            return
        operands = [self._operand(values, operand) for operand in operation.operands]
        if operation.kind == "call":
            result = self._called(flow, point, operands)
        elif operation.kind == "binary":
            result = {"==": operands[0] == operands[1], "!=": operands[0] != operands[1]}[operation.name]
        else:
            result = operands[0] if operands else None
        if target.steps:
            base, field = self._field(values, target)
            assert isinstance(result, int)
            self.memory[base, field] = result
        else:
            values[target.local] = result

    def _called(self, flow: FunctionFlow, point: Point, operands: list[Value]) -> Value:
        call = flow.target(point)
        if call.name in {"null_mut", "is_null"}:
            return 0 if call.name == "null_mut" else operands[0] == 0
        if call.kind == "resolved" and call.path.startswith("kernel::list::List::"):
            return self._call(call.function, tuple(operands))
        return operands[0] if operands else None

    def _operand(self, values: dict[int, Value], operand: Operand | None) -> Value:
        if operand is None or operand.place is None or operand.place.static:
            return None
        place = operand.place
        if any(step[0] == "." for step in place.steps):
            return self.memory[self._field(values, place)]
        return values.get(place.local)

    def _field(self, values: dict[int, Value], place: Place) -> tuple[object, str]:
        """An element and a field; a copy of an element's links stands for the element."""
        (name,) = (step[1:] for step in place.steps if step[0] == ".")
        return values[place.local], name
