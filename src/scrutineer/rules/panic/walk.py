"""From a point where memory is in disorder to the user's code that may unwind before it is put in order."""

from __future__ import annotations

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.flow.unwinding import open_part
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef

DROP = "core::ops::Drop"


class Hazard(msgspec.Struct, frozen=True):
    """Memory is in disorder from `start`; the user's code at `danger` may unwind; `mended` puts it in order."""

    start: Point
    danger: Point
    mended: Point
    reason: str  # how: "`clone` of `T` may unwind"
    what: str  # the disorder, as a clause


def user_code(flow: FunctionFlow, point: Point) -> str:
    """Whose code an operation may unwind through; empty where it runs none, or only drops a variable."""
    if flow.operation(point).kind not in {"call", "binary", "unary"}:
        return ""
    found = flow.unwinds(point)
    return found.reason if found.whose == "user" else ""


def leaves(flow: FunctionFlow, point: Point) -> str:
    """How control may leave at an operation, in words: by an unwind of the user's code, or by `?` on its result."""
    reason = user_code(flow, point)
    if reason:
        return f"{reason} may unwind"
    block = flow.body.blocks[point.block]
    ends = point.at == len(block.operations) - 1 and block.terminator.kind == "try"
    return "`?` may return" if ends and flow.operation(point).kind == "call" else ""


def guarded(flow: FunctionFlow, point: Point, but: frozenset[int]) -> bool:
    """Whether unwinding here drops a value whose destructor the crate wrote: it restores, or aborts."""
    return any(
        dropped.place.local not in but and has_destructor(flow, flow.type_of(dropped.place))
        for dropped in flow.drops.unwind_drops(point)
    )


def has_destructor(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether a type has a `Drop` of its own in the crate, or one of its type arguments has."""
    if type_.kind != "path":
        return False
    if any(record.index >= 0 for record, _ in flow.program.impl_index.matching(type_, DROP)):
        return True
    return any(has_destructor(flow, arg) for arg in type_.args)


def is_droppable(flow: FunctionFlow, type_: TypeRef) -> bool:
    """Whether values of a type have, or may have for some choice of its user, something to drop."""
    needed = flow.program.properties.needs_drop(type_, flow.typed.bounds)
    return needed == "yes" or (needed == "unknown" and open_part(type_) is not None)


def place_is_droppable(flow: FunctionFlow, place: Place) -> bool:
    """The same of what lies at a place."""
    return flow.answers.needs_drop(place) != "no" and is_droppable(flow, flow.type_of(place))
