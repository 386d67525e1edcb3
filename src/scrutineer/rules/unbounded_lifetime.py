"""A reference or handle that may outlive what it points into."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.draft import Draft
from scrutineer.rules.lifetime_erased import borrow_dropped, handed_to_foreign
from scrutineer.rules.lifetime_signatures import Untied, free_lifetimes, is_open, outlives_guard
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report each function whose result, or whose handle in foreign hands, lives longer than what it points into."""
    program = unit.program
    for entry in program.functions:
        item = entry.item
        if item.body_span is None or item.test:
            continue
        if is_open(program, item, entry):
            for untied in (*free_lifetimes(program, entry), *outlives_guard(program, entry)):
                yield _signature(unit, untied)
        if unit.has_unsafe(entry):
            yield from _body(unit, entry)


def _signature(unit: Unit, untied: Untied) -> Draft:
    item = untied.function.item
    return Draft(
        path=unit.program.files[untied.function.file].path,
        span=item.name_span,
        message=f"the result of `{item.name}` lives for `{untied.lifetime}`, but {untied.why}",
        help="tie the lifetime of the result to the borrow it comes from",
    )


def _body(unit: Unit, entry: FunctionEntry) -> Iterator[Draft]:
    flow = unit.flows.of(entry.index)
    if flow is None:
        return
    for point, type_ in handed_to_foreign(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"a boxed `{type_}` is handed to foreign code that may keep it, and `{type_}` may borrow",
            help=f"require `{type_}: 'static`",
        )
    for point, lifetime in borrow_dropped(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"the value is forgotten and its pointers go on in a result that does not mention `{lifetime}`",
            help=f"give the result's type a lifetime: `PhantomData<&{lifetime} T>`",
        )


RULE = Rule(
    id="unbounded-lifetime",
    summary="references and handles that may outlive what they point into",
    classes=("lifetime", "dangling"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
