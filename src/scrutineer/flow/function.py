"""Everything that is known of one function's body, each part computed when somebody asks.

flow = unit.flows.of(function)        # None where there is no body
for point, operation in flow.graph.points(): ...
flow.target(point)                    # who a call runs
flow.type_of(place)                   # its type
flow.values.of(operand)               # what it is, as an expression
list(flow.checks.holding(point))      # what dominating checks say and still holds
flow.drops.unwind_drops(point)        # what is dropped if that operation unwinds
flow.unwinds(point)                   # whether it can, and through whose code
flow.closures                         # the same for each closure
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from scrutineer.flow.checks import Checks
from scrutineer.flow.drops import Drops
from scrutineer.flow.graph import Graph, Point
from scrutineer.flow.sources import Sources
from scrutineer.flow.typed import TypedAnswers
from scrutineer.flow.unwinding import Unwind, Unwinding
from scrutineer.flow.values import Values
from scrutineer.flow.writes import Writes
from scrutineer.model.body import Body, Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.program import Program
from scrutineer.program.typing.records import UNKNOWN_CALL, CallTarget, TypedBody


class FunctionFlow:
    """One body with its types and analyses; closures are flows of their own."""

    def __init__(
        self, program: Program, entry: FunctionEntry, typed: TypedBody, unwinding: Unwinding
    ) -> None:
        """Nothing is computed yet."""
        self.program = program
        self.entry = entry
        self.typed = typed
        self.body: Body = typed.body
        self._unwinding = unwinding
        self.kept: dict[object, object] = {}  # answers of functions about it: program/memo.py

    @property
    def path(self) -> str:
        """File that the body stands in."""
        return self.program.files[self.entry.file].path

    @cached_property
    def answers(self) -> TypedAnswers:
        """Types of places."""
        return TypedAnswers(self.program, self.typed)

    @cached_property
    def graph(self) -> Graph:
        """Blocks, dominance, paths; nothing comes after a call that never returns."""
        calls = self.typed.calls.items()
        return Graph(self.body, {block for (block, _), target in calls if target.result.kind == "never"})

    @cached_property
    def values(self) -> Values:
        """Operands as expressions."""
        return Values(self.body)

    @cached_property
    def writes(self) -> Writes:
        """May-write relation; receivers that a method takes by shared reference are not written."""
        return Writes(self.body, self.graph, self._shared)

    @cached_property
    def checks(self) -> Checks:
        """Dominating checks."""
        return Checks(self.graph, self.values, self.writes)

    @cached_property
    def sources(self) -> Sources:
        """Where values come from."""
        return Sources(self.body, self.values)

    @cached_property
    def drops(self) -> Drops:
        """Which drops are real, and what an unwinding operation drops."""
        return Drops(self.body, self.graph, self.answers)

    @cached_property
    def closures(self) -> tuple[FunctionFlow, ...]:
        """Flows of the closures that the body writes."""
        return tuple(
            FunctionFlow(self.program, self.entry, typed, self._unwinding) for typed in self.typed.closures
        )

    def all_bodies(self) -> Iterator[FunctionFlow]:
        """The flow itself, then those of its closures at any depth."""
        yield self
        for closure in self.closures:
            yield from closure.all_bodies()

    def operation(self, point: Point) -> Operation:
        """The operation at a point."""
        return self.body.blocks[point.block].operations[point.at]

    def target(self, point: Point) -> CallTarget:
        """Who a call runs; kind `unknown` for what is no call."""
        return self.typed.calls.get((point.block, point.at), UNKNOWN_CALL)

    def type_of(self, place: Place) -> TypeRef:
        """Type of a place."""
        return self.answers.type_of(place)

    def unwinds(self, point: Point) -> Unwind:
        """Whether the operation can unwind, and through whose code."""
        return self._unwinding.of_operation(self, point)

    def flow_of(self, function: int) -> FunctionFlow | None:
        """The flow of another function of the same program."""
        return self._unwinding.flows(function)

    def iterates_user(self, type_: TypeRef) -> bool:
        """Whether an iterator is, wraps, or calls code that its user chose."""
        return self._unwinding.iterates_user(self, type_)

    def place_span(self, point: Point) -> Span:
        """Where the operation stands."""
        return self.operation(point).span

    @cached_property
    def _points(self) -> dict[int, Point]:
        return {id(operation): point for point, operation in self.graph.points()}

    def point_of(self, operation: Operation) -> Point | None:
        """Where one of the body's own operations stands; nothing where control cannot arrive."""
        return self._points.get(id(operation))

    def _shared(self, operation: Operation, operand: int) -> bool:
        point = self.point_of(operation)
        if point is None or operand != 0:
            return False
        target = self.target(point)
        if target.kind == "constructor":
            return True
        if target.signature is None or target.autoref == "&mut":
            return False
        place = operation.operands[0].place
        return target.signature.receiver == "&self" or (
            target.signature.receiver == "self"
            and place is not None
            and self.type_of(place).kind in {"pointer", "path"}
            and self.program.properties.is_copy(self.type_of(place), self.typed.bounds) == "yes"
        )


class Flows:
    """Flows of one program's functions, kept."""

    def __init__(self, program: Program) -> None:
        """Nothing is read yet."""
        self.program = program
        self._flows: dict[int, FunctionFlow | None] = {}
        self.unwinding = Unwinding(program, self.of)

    def of(self, function: int) -> FunctionFlow | None:
        """The flow of a function by its index in the program; nothing where it has no body at hand."""
        if function not in self._flows:
            typed = self.program.typing.type_body(function)
            entry = self.program.functions[function]
            self._flows[function] = (
                None if typed is None else FunctionFlow(self.program, entry, typed, self.unwinding)
            )
        return self._flows[function]
