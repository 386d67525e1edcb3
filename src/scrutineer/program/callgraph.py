"""Who calls whom: resolved calls of one crate's functions, callers, and an order for summaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.span import Span
from scrutineer.program.components import components
from scrutineer.program.typing.records import CallTarget, TypedBody

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Edge(msgspec.Struct, frozen=True):
    """One call in a function's body or in a closure of it."""

    caller: int
    target: CallTarget
    span: Span
    closure: tuple[int, ...]
    block: int
    operation: int


class CallGraph:
    """Edges of the functions whose bodies were lowered; typing happens when a function is first asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._edges: dict[int, tuple[Edge, ...]] = {}
        self._callers: dict[int, tuple[Edge, ...]] | None = None

    def calls(self, function: int) -> tuple[Edge, ...]:
        """Calls of a function in the order of its body; none where it was not lowered."""
        found = self._edges.get(function)
        if found is None:
            typed = self.program.typing.type_body(function)
            found = tuple(edges_of(function, typed)) if typed is not None else ()
            self._edges[function] = found
        return found

    def callers(self, function: int) -> tuple[Edge, ...]:
        """Calls in this crate's lowered bodies that can run a function of this crate; types them all."""
        if self._callers is None:
            callers: dict[int, list[Edge]] = {}
            for entry in self.program.functions:
                for edge in self.calls(entry.index):
                    for callee in self.callees(edge.target):
                        callers.setdefault(callee, []).append(edge)
            self._callers = {callee: tuple(edges) for callee, edges in callers.items()}
        return self._callers.get(function, ())

    def callees(self, target: CallTarget) -> tuple[int, ...]:
        """Functions of this crate that a call can run: the resolved one and its variants, not impls of a bound."""
        if target.crate != self.program.root:
            return ()
        first = (target.function,) if target.function >= 0 else ()
        return (*first, *target.alternatives)

    def bottom_up(self, functions: Sequence[int] | None = None) -> list[tuple[int, ...]]:
        """Strongly connected components, callees before callers; of some functions with what they reach."""
        roots = range(len(self.program.functions)) if functions is None else functions
        return components(
            roots, lambda function: [c for e in self.calls(function) for c in self.callees(e.target)]
        )


def edges_of(caller: int, typed: TypedBody, closure: tuple[int, ...] = ()) -> Iterator[Edge]:
    """All calls of a typed body, closures after it."""
    for (block, operation), target in sorted(typed.calls.items(), key=lambda item: item[0]):
        span = typed.body.blocks[block].operations[operation].span
        yield Edge(caller, target, span, closure, block, operation)
    for number, inner in enumerate(typed.closures):
        yield from edges_of(caller, inner, (*closure, number))
