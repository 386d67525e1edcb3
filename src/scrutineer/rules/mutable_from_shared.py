"""`&mut`, or a write, made from what is shared."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.shared_mutable import made_from_shared, mutable_result, takes_turns
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report functions that hand out `&mut` to what is shared, and writes through pointers made for reading."""
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.test or not unit.has_unsafe(entry):
            continue
        yield from _signature(unit, entry)
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            for point, why in made_from_shared(body):
                yield Draft(
                    path=body.path,
                    span=body.operation(point).span,
                    message=f"a mutable access is made from what is shared: {why}",
                    help="take the pointer from a mutable borrow (`as_mut_ptr`, `&raw mut`), or use a cell",
                )


def _signature(unit: Unit, entry: FunctionEntry) -> Iterator[Draft]:
    if not unit.program.visibility.is_reachable(entry):
        return
    why = mutable_result(unit.program, entry)
    if why and not takes_turns(unit.flows.of(entry.index)):
        yield Draft(
            path=unit.program.files[entry.file].path,
            span=entry.item.name_span,
            message=f"`{entry.item.name}` is safe and gives `&mut` twice to one place: {why}",
            help="take `&mut self`, return a guard, or make the function unsafe and say when it may be called",
        )


RULE = Rule(
    id="mutable-from-shared",
    summary="`&mut` or a write made from what is shared",
    classes=("aliasing",),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
