"""Whether the code that answers a private function is its users' at all: its callers may hand in nothing of theirs."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.types import TypeRef
from scrutineer.program.callgraph import Edge
from scrutineer.rules.confusion.types import mentions
from scrutineer.rules.trusted.answers import Answer
from scrutineer.rules.unit import Unit

_SETTLED = frozenset({"path", "tuple", "array", "slice", "ref", "pointer", "never"})


def users_answer(unit: Unit, flow: FunctionFlow, answer: Answer) -> bool:
    """False where only this crate calls the function, and every call settles the type whose method answers."""
    asked = TypeRef("param", flow.target(answer.point).parameter)
    if not asked.name or unit.program.visibility.is_reachable(flow.entry):
        return True
    signature = unit.program.resolver.signature(flow.entry.index)
    given = [number for number, type_ in enumerate(signature.parameters) if mentions(type_, asked)]
    calls = unit.program.call_graph.callers(flow.entry.index)
    if not calls:
        return flow.entry.item.macro < 0  # what was written in a macro's arguments is called where it went
    return not given or any(_leaves_open(unit, call, given) for call in calls)


def _leaves_open(unit: Unit, call: Edge, given: list[int]) -> bool:
    flow = unit.flows.of(call.caller)
    for closure in call.closure if flow is not None else ():
        flow = flow.closures[closure] if flow is not None else None
    if flow is None:
        return True
    operands = flow.body.blocks[call.block].operations[call.operation].operands
    places = [operands[number].place for number in given if number < len(operands)]
    return any(place is not None and not _is_settled(flow.type_of(place)) for place in places)


def _is_settled(type_: TypeRef) -> bool:
    return type_.kind in _SETTLED and all(map(_is_settled, type_.args))
