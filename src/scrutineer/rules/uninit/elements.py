"""Whether a buffer's elements may be `MaybeUninit`, which nothing has to initialise."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef
from scrutineer.rules.ownership.roots import without_references

_MAYBE = "MaybeUninit"
_OPEN = frozenset({"unknown", "infer"})


def elements_may_be_uninit(flow: FunctionFlow, place: Place) -> bool:
    """By the vector's type, by that of where it goes, or, where the element is inferred, by any type of the body."""
    types = [flow.type_of(place)]
    types += [
        flow.type_of(operation.target)
        for _, operation in flow.graph.points()
        if operation.kind == "assign"
        and operation.target is not None
        and operation.operands[0].place == place
    ]
    inferred = any(arg.kind in _OPEN for arg in without_references(types[0]).args)
    return any(map(_mentions, types)) or (inferred and any(map(_mentions, flow.typed.locals)))


def _mentions(type_: TypeRef) -> bool:
    return type_.last == _MAYBE or any(map(_mentions, type_.args))
