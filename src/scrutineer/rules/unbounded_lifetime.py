"""A reference or handle that may outlive what it points into."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.program.entries import FunctionEntry
from scrutineer.rules.draft import Draft
from scrutineer.rules.lifetime.erased import borrow_dropped, handed_to_foreign
from scrutineer.rules.lifetime.escapes import Escape, escapes
from scrutineer.rules.lifetime.pins import borrowed_pins
from scrutineer.rules.lifetime.signatures import Untied, free_lifetimes, is_open, outlives_guard
from scrutineer.rules.lifetime.stored import Stored, stored
from scrutineer.rules.lifetime.swapped import Lent, lent_while_swapped
from scrutineer.rules.ownership.destructors import Destructors
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
            for lent in lent_while_swapped(unit, entry):
                yield _lent(unit, lent)
    for escape in escapes(unit, Destructors(unit)):
        yield _escape(unit, escape)
    for kept in stored(unit):
        yield _stored(unit, kept)


def _signature(unit: Unit, untied: Untied) -> Draft:
    item = untied.function.item
    return Draft(
        path=unit.program.files[untied.function.file].path,
        span=item.name_span,
        message=f"the result of `{item.name}` lives for `{untied.lifetime}`, but {untied.why}",
        help="tie the lifetime of the result to the borrow it comes from",
    )


def _escape(unit: Unit, escape: Escape) -> Draft:
    flow, freed = escape.flow, escape.freed
    owner = freed.field[1:]
    return Draft(
        path=flow.path,
        span=flow.operation(escape.point).span,
        message=f"this `{escape.made.last}` keeps the pointer `{owner}` and not the borrow of its owner, who frees it",
        class_=escape.class_,
        related=(unit.related(freed.flow.path, freed.flow.place_span(freed.point), "freed here"),),
        help=f"give `{escape.made.last}` a lifetime (`PhantomData<&'a T>`), or count the owners",
    )


def _lent(unit: Unit, lent: Lent) -> Draft:
    other = lent.other
    return Draft(
        path=lent.flow.path,
        span=lent.flow.operation(lent.point).span,
        message=f"this lends what `{lent.field}` leads to now; `{other.entry.item.name}` may free it before the borrow ends",
        related=(unit.related(other.path, other.place_span(lent.taken), "taken away here"),),
        class_="dangling",
        help="return a guard that counts, or take `&mut self` where the pointer is exchanged",
    )


def _stored(unit: Unit, kept: Stored) -> Draft:
    type_ = kept.kept.last
    follower = kept.follower
    return Draft(
        path=kept.flow.path,
        span=kept.flow.operation(kept.point).span,
        message=f"`{kept.field}` of a `{type_}` keeps the address of what `{kept.parameter}` only lends, for any time",
        related=(unit.related(follower.path, follower.place_span(kept.followed), "followed here"),),
        help=f"give `{type_}` a lifetime (`PhantomData<&'a T>`), or own what it points to",
    )


def _body(unit: Unit, entry: FunctionEntry) -> Iterator[Draft]:
    flow = unit.flows.of(entry.index)
    if flow is None:
        return
    for point, type_ in handed_to_foreign(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"a boxed `{type_}` is handed to {_keeper(flow, point)} that may keep it, and `{type_}` may borrow",
            help=f"require `{type_}: 'static`",
        )
    for point, type_ in borrowed_pins(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"this pins a `{type_}` that is only borrowed: its owner may move it when the function has returned",
            class_="dangling",
            help="take `Pin<&mut Self>`, or require `Unpin`",
        )
    for point, lifetime in borrow_dropped(flow):
        yield Draft(
            path=flow.path,
            span=flow.operation(point).span,
            message=f"the value is forgotten and its pointers go on in a result that does not mention `{lifetime}`",
            help=f"give the result's type a lifetime: `PhantomData<&{lifetime} T>`",
        )


def _keeper(flow: FunctionFlow, point: Point) -> str:
    return "foreign code" if flow.target(point).kind == "foreign" else "a value without a lifetime"


RULE = Rule(
    id="unbounded-lifetime",
    summary="references and handles that may outlive what they point into",
    classes=("lifetime", "dangling", "double-free"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
