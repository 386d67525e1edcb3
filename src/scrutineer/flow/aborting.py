"""Guards whose destructor ends the program: nothing unwinds past them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.flow.graph import Point
from scrutineer.program.tables.effects import effects_of

if TYPE_CHECKING:
    from scrutineer.flow.function import FunctionFlow

_DROP = "core::ops::Drop"


def aborts(flow: FunctionFlow, point: Point) -> bool:
    """Whether unwinding at a point drops a value of the crate's whose destructor aborts, or panics once more."""
    index = flow.program.impl_index
    return any(
        _ends_program(flow.flow_of(function))
        for dropped in flow.drops.unwind_drops(point)
        for record, _ in index.matching(flow.type_of(dropped.place), _DROP)
        if record.index >= 0 and record.crate == flow.program.root
        for function in index.functions_of(record).get("drop", [])
    )


def _ends_program(destructor: FunctionFlow | None) -> bool:
    """Whether a destructor calls what aborts (it may ask first whether a panic is on its way), or never returns."""
    if destructor is None:
        return False
    for point, operation in destructor.graph.points():
        if operation.kind == "call" and "aborts" in effects_of(destructor.target(point).path):
            return True
    blocks = destructor.body.blocks
    return all(blocks[block].terminator.kind != "return" for block in destructor.graph.order)
