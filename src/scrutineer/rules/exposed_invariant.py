"""Safe code outside the crate can falsify what an unsafe operation of the crate relies on."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Place
from scrutineer.rules.argument.exposure import Exposures, is_unofficial
from scrutineer.rules.argument.origin import fields, is_number
from scrutineer.rules.draft import Draft
from scrutineer.rules.exposed.filled import filled_from_input, text_from_input
from scrutineer.rules.exposed.null import null_uses
from scrutineer.rules.exposed.reads import Read, is_public, reads
from scrutineer.rules.exposed.stores import stores
from scrutineer.rules.exposed.text import believed
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit


def check(unit: Unit) -> Iterator[Draft]:
    """Report public fields, safe setters and constructors, and writers that break what is relied on."""
    exposures = unit.exposures
    relied: dict[tuple[str, str], Read] = {}
    for entry in unit.program.functions:
        if entry.item.body_span is None or entry.item.test or not unit.has_unsafe(entry):
            continue
        flow = unit.flows.of(entry.index)
        if flow is None or entry.item.unsafe:
            continue
        found = list(reads(flow))
        for read in found:
            relied.setdefault((read.owner, read.field), read)
        if exposures.open(entry):
            yield from _public_fields(unit, flow, found)
            yield from _text(unit, flow)
            yield from _filled(unit, flow)
        yield from _null(unit, flow)
    yield from _stored(unit, exposures, relied)
    yield from _deserialized(unit, relied)


def _public_fields(unit: Unit, flow: FunctionFlow, found: list[Read]) -> Iterator[Draft]:
    told: set[tuple[str, ...]] = set()
    for read in found:
        names = fields(read.place)
        if names in told or not is_public(unit.program, flow.type_of(Place(read.place.local)), names):
            continue
        told.add(names)
        yield Draft(
            path=flow.path,
            span=flow.place_span(read.sink.point),
            message=f"this relies on the public field `{'.'.join(names)}`, which safe code can set to anything",
            class_=read.sink.class_,
            help="make the field private behind a constructor that checks, or is unsafe",
        )


def _text(unit: Unit, flow: FunctionFlow) -> Iterator[Draft]:
    told: set[Point] = set()
    for written in believed(unit.program, flow):
        if written.point in told:
            continue
        told.add(written.point)
        yield Draft(
            path=flow.path,
            span=flow.place_span(written.point),
            message=f"these bytes are taken for UTF-8, but `{written.type_}` lets anyone write to them "
            f"through its `{written.through}`",
            class_="invalid-value",
            related=(unit.related(written.path, written.span, "safe code writes here"),),
            help="keep the writer inside the crate, or check with `str::from_utf8`",
        )


def _filled(unit: Unit, flow: FunctionFlow) -> Iterator[Draft]:
    for filled in text_from_input(unit.program, flow):
        yield Draft(
            path=flow.path,
            span=flow.place_span(filled.point),
            message=f"these bytes are taken for UTF-8, but the derived `Deserialize` of `{filled.type_}` fills them "
            "with what the input says",
            class_="invalid-value",
            related=(unit.related(filled.path, filled.span, "filled here"),),
            help="check with `str::from_utf8`, or implement `Deserialize` by hand through a constructor that checks",
        )


def _null(unit: Unit, flow: FunctionFlow) -> Iterator[Draft]:
    for point, made in null_uses(unit, flow):
        yield Draft(
            path=flow.path,
            span=flow.place_span(point),
            message="this is made of a pointer that may be null, for a constructor leaves it so, "
            "and neither a slice nor a box is ever at null, not even an empty one",
            class_="null",
            related=(unit.related(made.path, made.span, "set to null here"),),
            help="test the pointer first, or start with `NonNull::dangling`",
        )


def _deserialized(unit: Unit, relied: dict[tuple[str, str], Read]) -> Iterator[Draft]:
    """Types whose derived `Deserialize` lets input choose an index or a length that unsafe code relies on."""
    for (owner, name), read in relied.items():
        known = unit.program.type_entry(owner)
        if known is None or known[0] is not unit.program or not is_number(read.flow.type_of(read.place)):
            continue
        span = filled_from_input(known[1])
        if span is None:
            continue
        yield Draft(
            path=unit.program.files[known[1].file].path,
            span=span,
            message=f"input can choose `{name}` through the derived `Deserialize`, and unsafe code relies on it",
            class_=read.sink.class_,
            related=(unit.related(read.flow.path, read.flow.place_span(read.sink.point), "relied on here"),),
            help="implement `Deserialize` by hand through a constructor that checks",
        )


def _stored(unit: Unit, exposures: Exposures, relied: dict[tuple[str, str], Read]) -> Iterator[Draft]:
    owners = {owner for owner, _ in relied}
    for entry in unit.program.functions:
        if (
            entry.item.body_span is None
            or entry.item.test
            or entry.item.impl_ < 0
            or not exposures.open(entry)
        ):
            continue
        type_ = unit.program.resolver.scope_of(entry).self_type
        if type_ is None or type_.name not in owners:
            continue
        flow = unit.flows.of(entry.index)
        for store in stores(flow, relied) if flow is not None else ():
            assert flow is not None
            read = store.read
            unofficial = is_unofficial(unit, entry)
            name = flow.body.locals[store.argument.local].name
            yield Draft(
                path=flow.path,
                span=flow.place_span(store.point),
                message=f"a caller of this safe function chooses `{name}`, and unsafe code of `{type_.last}` relies on it",
                class_=read.sink.class_,
                level="note" if unofficial else None,
                confidence="low" if unofficial else None,
                related=(
                    unit.related(read.flow.path, read.flow.place_span(read.sink.point), "relied on here"),
                ),
                help="make it an unsafe function and document what it asks, or take a type that guarantees it",
            )


RULE = Rule(
    id="exposed-invariant",
    summary="what unsafe code relies on but safe callers can falsify",
    classes=("contract", "bounds", "invalid-value", "null"),
    level="warning",
    confidence="high",
    since="0.1.0",
    check=check,
)
