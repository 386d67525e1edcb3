"""Functions of the crate that do nothing but copy a value out of a reference: `ptr::read` under another name."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.program.tables.effects import effects_of
from scrutineer.program.typing.records import CallTarget
from scrutineer.rules.ownership.roots import root

_COPIES = frozenset({"duplicates"})


def copying(flow: FunctionFlow, target: CallTarget) -> frozenset[str]:
    """The effect of a call of such a function; none of any other call."""
    signature = target.signature
    if target.kind != "resolved" or target.crate != flow.program.root or signature is None:
        return frozenset()
    taken = signature.parameters[0] if len(signature.parameters) == 1 else None
    if taken is None or taken.kind not in {"ref", "pointer"} or taken.args[0] != signature.result:
        return frozenset()
    inner = flow.flow_of(target.function)
    return _COPIES if inner is not None and _only_copies(inner) else frozenset()


def _only_copies(flow: FunctionFlow) -> bool:
    for point, operation in flow.graph.points():
        if operation.kind == "call" and "duplicates" in effects_of(flow.target(point).path):
            given = operation.operands[0].place if operation.operands else None
            return given is not None and root(flow, given).local == 1
    return False
