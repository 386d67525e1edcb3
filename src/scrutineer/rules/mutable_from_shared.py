"""`&mut`, or a write, made from what is shared."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.shared.clones import Copied, copied_pointers, through_clone
from scrutineer.rules.shared.mutable import lends_static, made_from_shared, mutable_result, takes_turns
from scrutineer.rules.shared.twice import same_element
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report functions that hand out `&mut` to what is shared, and writes through pointers made for reading."""
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.test or not unit.has_unsafe(entry):
            continue
        yield from _signature(unit, entry)
        flow = unit.flows.of(entry.index)
        lent = lends_static(flow) if flow is not None else ""
        if lent:
            yield Draft(
                path=unit.program.files[entry.file].path,
                span=entry.item.name_span,
                message=f"`{entry.item.name}` is safe and gives `&mut` to `{lent}` at each call, as often as it is called",
                help="keep the value in a cell or a lock, or make the function unsafe",
            )
        for body in flow.all_bodies() if flow is not None else ():
            for point in same_element(body):
                yield Draft(
                    path=body.path,
                    span=body.operation(point).span,
                    message="two elements are taken that must not be the same, at two indexes that may be equal",
                    help="compare the indexes first, or use `split_at_mut`, `swap`, or pointers by `&raw mut`",
                )
            for point, why in made_from_shared(body):
                yield Draft(
                    path=body.path,
                    span=body.operation(point).span,
                    message=f"a mutable access is made from what is shared: {why}",
                    help="take the pointer from a mutable borrow (`as_mut_ptr`, `&raw mut`), or use a cell",
                )
    for copied in copied_pointers(unit):
        yield _copied(unit, copied)


def _copied(unit: Unit, copied: Copied) -> Draft:
    lender = copied.lender
    return Draft(
        path=copied.flow.path,
        span=copied.flow.operation(copied.point).span,
        message=f"the clone shares `{copied.field}`, through which `{lender.entry.item.name}` of either gives `&mut`",
        related=(unit.related(lender.path, lender.place_span(copied.lent), "`&mut` is made here"),),
        help="clone what the pointer leads to, or lend it through a cell",
    )


def _signature(unit: Unit, entry: FunctionEntry) -> Iterator[Draft]:
    if unit.program.visibility.is_reachable(entry):
        why = mutable_result(unit.program, entry)
    else:  # inside the crate too, whoever is handed a clone has no way to know of the others
        shown = bool(entry.item.visibility) and not entry.item.unsafe and entry.item.result.mutable
        why = through_clone(unit.program, entry) if shown else ""
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
