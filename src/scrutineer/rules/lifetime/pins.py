"""Pins made of what is only borrowed: after the call the owner may move the value that was promised to stay."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.rules.lifetime.signatures import is_open
from scrutineer.rules.ownership.roots import argument, is_manual, root

_PIN = "core::pin::Pin::new_unchecked"
_UNPIN = "core::marker::Unpin"


def borrowed_pins(flow: FunctionFlow) -> Iterator[tuple[Point, TypeRef]]:
    """`Pin::new_unchecked` of a value of the caller's type that lies behind `&mut` of a safe function.

    The caller has the value itself, and may move it when the function has returned. A function that takes
    `Pin<&mut Self>` was promised that nobody will; a bound `Unpin` says that it does not matter.
    """
    if not is_open(flow.program, flow.entry.item, flow.entry) or flow.body.closure >= 0:
        return
    for point, operation in flow.graph.points():
        given = argument(operation, 0) if operation.kind == "call" else None
        if given is None or flow.target(point).path != _PIN:
            continue
        lent = root(flow, given, sure=True)
        held = flow.type_of(Place(lent.local)) if flow.sources.is_parameter(lent) else None
        if held is None or held.kind != "ref" or not held.mutable or is_manual(flow, lent):
            continue
        pinned = flow.type_of(lent)
        pinned = pinned.args[0] if pinned.kind == "ref" else pinned
        if _may_stay(flow, pinned):
            yield point, pinned
            return


def _may_stay(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether a type is, or holds by value, a parameter that is not `Unpin`: it may hold pointers into itself."""
    if type_.kind == "param":
        return flow.program.properties.implements(type_, _UNPIN, flow.typed.bounds) != "yes"
    if flow.program.properties.implements(type_, _UNPIN, flow.typed.bounds) == "yes":
        return False
    fields = fields_of(flow.program, type_) if flow.program.crate_of(type_.name) is not None else None
    return any(_may_stay(flow, field) for field in (fields or {}).values() if field.kind == "param")
