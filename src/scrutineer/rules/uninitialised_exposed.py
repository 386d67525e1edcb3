"""Memory that is declared initialised before anything wrote it, and then seen."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.uninit.allocated import boxed_unwritten, dropped_unwritten
from scrutineer.rules.uninit.capacity import whole_capacities
from scrutineer.rules.uninit.invented import invented
from scrutineer.rules.uninit.lent import lent_unwritten
from scrutineer.rules.uninit.raw import beyond_length, lent_capacity
from scrutineer.rules.uninit.sources import lengthened
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each place of each function that declares memory initialised which nothing wrote."""
    for entry in unit.program.functions:
        if entry.item.body_span is None or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        for body in flow.all_bodies() if flow is not None else ():
            yield from _lengthened(unit, body)
            yield from _whole(body)
            yield from _invented(body)
            yield from _raw(unit, body)


def _lengthened(unit: Unit, flow: FunctionFlow) -> Iterator[Draft]:
    for found in lengthened(flow):
        use = flow.operation(found.use.point)
        how = "returned" if found.use.use == "returned" else "used"
        yield Draft(
            path=flow.path,
            span=flow.operation(found.point).span,
            message=f"`set_len` covers memory that nothing wrote, and it is {how} before anything does",
            related=(unit.related(flow.path, use.span, f"{how} here"),),
            help="fill it first (`resize`, `extend`), or write through the pointer and set the length afterwards",
        )


def _whole(flow: FunctionFlow) -> Iterator[Draft]:
    for point in whole_capacities(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message="the whole capacity becomes the length: there may be more room than was asked for and written",
            help="set the length to what was written",
        )


def _invented(flow: FunctionFlow) -> Iterator[Draft]:
    for point, type_, why in invented(flow):
        operation = flow.operation(point)
        name = operation.callee.name if operation.callee is not None else ""
        yield Draft(
            path=flow.path,
            span=operation.span,
            message=f"`{name}` makes a `{type_}` out of nothing: {why}",
            class_="invalid-value" if why.endswith(("null", "all-zero value")) else "uninit",
            help="keep it as `MaybeUninit` until it is written",
        )


def _raw(unit: Unit, flow: FunctionFlow) -> Iterator[Draft]:
    for point, user in lent_capacity(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message="a slice over capacity that nothing wrote is lent to code of the caller",
            related=(unit.related(flow.path, flow.operation(user).span, "lent here"),),
            help="lend initialised memory (`resize`), or a `&mut [MaybeUninit<u8>]`",
        )
    for point in beyond_length(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message="`reserve` makes room, not elements: this reaches beyond the length into what nothing wrote",
            help="make the elements first (`resize`)",
        )
    for point, _ in lent_unwritten(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message="code of the caller is lent a reference to memory that nothing wrote",
            help="lend initialised memory (`[0; N]`, `resize`), or a `&mut [MaybeUninit<u8>]`",
        )
    for point in dropped_unwritten(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message="this assignment drops a value that was never there: the memory was just allocated",
            help="write it without dropping (`ptr.write(value)`)",
        )
    for point, type_ in boxed_unwritten(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"freshly allocated memory becomes an owned `{type_}` before anything is written there",
            help="write the value through the pointer first (`ptr.write(value)`)",
        )


RULE = Rule(
    id="uninitialised-exposed",
    summary="memory that is declared initialised before anything wrote it",
    classes=("uninit", "invalid-value"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
