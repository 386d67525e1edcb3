"""Summaries of functions, bottom-up over the call graph, each component of it until nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.effects import EFFECTS, Done, Effects, holds_guard
from scrutineer.flow.function import Flows, FunctionFlow
from scrutineer.flow.origins import Origins
from scrutineer.model.body import Operation, Place
from scrutineer.model.summary import Summary
from scrutineer.program.components import components

NOTHING_KNOWN = Summary(known=False, user_code=True, unwinds="unknown")


class Summaries:
    """Summaries of one program's functions, each made when it is first asked for."""

    def __init__(self, flows: Flows) -> None:
        """Nothing is read yet."""
        self.flows = flows
        self.program = flows.program
        self._settled: dict[int, Summary] = {}
        self._moving: dict[int, Summary] = {}  # of the component that is being settled

    def of(self, function: int) -> Summary:
        """What a call of a function may do; nothing is known of one whose body is not at hand."""
        if function not in self._settled:
            for component in components([function], self._unsettled):
                self._settle(component)
        return self._settled[function]

    def _unsettled(self, function: int) -> Iterator[int]:
        graph = self.program.call_graph
        for edge in graph.calls(function):
            yield from (each for each in graph.callees(edge.target) if each not in self._settled)

    def _settle(self, component: tuple[int, ...]) -> None:
        """Begin with nothing and add until it holds for all of the component: effects only grow."""
        self._moving = {function: Summary() for function in component}
        changed = True
        while changed:
            changed = False
            for function in component:
                found = self._summarised(function)
                changed |= found != self._moving[function]
                self._moving[function] = found
        self._settled.update(self._moving)
        self._moving = {}

    def _callee(self, function: int) -> Summary:
        return self._moving.get(function) or self._settled[function]

    def _summarised(self, function: int) -> Summary:
        flow = self.flows.of(function)
        if flow is None:
            return NOTHING_KNOWN
        own = {number: frozenset({Place(number)}) for number in range(1, flow.body.parameters + 1)}
        bodies = list(_bodies(flow, own))
        parts = [Effects(origins, self._callee) for origins in bodies]
        done: set[Done] = {each for part in parts for each in part.done}
        done |= {("escapes", place) for place in bodies[0].of(Place(0))}
        effects = {effect: _sorted(place for what, place in done if what == effect) for effect in EFFECTS}
        return Summary(
            known=all(part.known for part in parts) and not flow.body.damaged,
            user_code=any(part.user_code for part in parts),
            unwinds=self.flows.unwinding.of_function(function).whose,
            returns_guard=holds_guard(self.program.resolver.signature(function).result),
            **effects,
        )


def _sorted(places: Iterator[Place]) -> tuple[Place, ...]:
    """Places in a stable order, without those that lie inside another."""
    found: list[Place] = []
    for place in sorted(set(places), key=lambda each: (each.local, each.static, each.steps)):
        if not any(other.is_prefix_of(place) for other in found):
            found.append(place)
    return tuple(found)


def _bodies(flow: FunctionFlow, given: dict[int, frozenset[Place]]) -> Iterator[Origins]:
    """Origins of a body and of the closures in it, which run, if at all, on what the body has."""
    origins = Origins(flow, given)
    yield origins
    everything = frozenset(place for places in given.values() for place in places)
    for number, closure in enumerate(flow.closures):
        handed = _handed(origins, number)
        inside = dict.fromkeys(
            range(1, closure.body.parameters + 1), everything if handed is None else handed
        )
        for capture in closure.body.captures:
            inside[capture.local] = origins.of(Place(capture.place.local, (), capture.place.static))
        yield from _bodies(closure, inside)


def _handed(origins: Origins, number: int) -> frozenset[Place] | None:
    """What may be handed to a closure: what the calls have that it is handed to; nothing tells if it goes elsewhere."""
    flow = origins.flow
    names = {f"closure#{number}", f"async#{number}"}
    operations = [operation for _, operation in flow.graph.points()]
    made = {op.target.local for op in operations if op.kind == "aggregate" and op.name in names and op.target}
    uses = [op for op in operations if op.kind not in {"drop", "storage_dead"} and _takes(op, made)]
    if not uses or any(operation.kind != "call" for operation in uses):
        return None
    return frozenset(
        place
        for operation in uses
        for operand in operation.operands
        if operand.place is not None
        for place in origins.of(operand.place)
    )


def _takes(operation: Operation, locals_: set[int]) -> bool:
    return any(operand.place is not None and operand.place.local in locals_ for operand in operation.operands)
