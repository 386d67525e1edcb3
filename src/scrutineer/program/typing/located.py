"""Operations of typed bodies with their position, and the places that they touch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.body import Operation, Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.project import normalise
from scrutineer.program.typing.deref import Steps
from scrutineer.program.typing.places import place_type
from scrutineer.program.typing.records import CallTarget, TypedBody

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Located(msgspec.Struct, frozen=True):
    """An operation with its position in a (closure's) typed body."""

    typed: TypedBody
    closure: tuple[int, ...]
    block: int
    position: int
    operation: Operation

    @property
    def target(self) -> CallTarget | None:
        """Who it calls."""
        return self.typed.calls.get((self.block, self.position))


def located(typed: TypedBody, closure: tuple[int, ...] = ()) -> Iterator[Located]:
    """All operations of a body and its closures."""
    for number, block in enumerate(typed.body.blocks):
        for position, operation in enumerate(block.operations):
            yield Located(typed, closure, number, position, operation)
    for number, inner in enumerate(typed.closures):
        yield from located(inner, (*closure, number))


def within_macro(each: Located, span: Span) -> bool:
    """Whether an operation belongs to the macro call of that span: its expansion, or its arguments."""
    operation = each.operation
    if operation.expansion:
        call = each.typed.body.expansions[operation.expansion].call
        if call.start <= span.start < call.end or span.start <= call.start < span.end:
            return True
    return (
        operation.kind != "opaque" and span.start <= operation.span.start and operation.span.end <= span.end
    )


def uses_variable(each: Located, text: str) -> bool:
    """Whether an operation dereferences the variable that a text begins with (`p` of `p.next`)."""
    name = text.partition(".")[0].strip("( ")
    return any(
        place.local >= 0 and "*" in place.steps and each.typed.body.locals[place.local].name == name
        for place in places_of(each.operation)
    )


def places_of(operation: Operation) -> Iterator[Place]:
    """Places that an operation touches."""
    if operation.target is not None:
        yield operation.target
    for operand in operation.operands:
        if operand.place is not None:
            yield operand.place


def _typed_place(program: Program, typed: TypedBody, place: Place) -> tuple[TypeRef, tuple[TypeRef, ...]]:
    steps = Steps(program.impl_index, typed.bounds, typed.scope.module)
    found = place_type(steps, typed.body, typed.locals, place)
    return normalise(program.impl_index, found.type, typed.bounds), found.through


def through_of(program: Program, typed: TypedBody, place: Place) -> tuple[TypeRef, ...] | None:
    """Types dereferenced on the way to a place; nothing where its local is unknown."""
    if place.local < 0:
        return ()
    type_, through = _typed_place(program, typed, place)
    return through or (None if type_.kind == "unknown" else ())


def owner_of_field(program: Program, typed: TypedBody, place: Place, step: str) -> TypeEntry | None:
    """The declaration of the type that a place's field step looks into; nothing if that is not known."""
    before = Place(place.local, place.steps[: place.steps.index(step)], place.static)
    steps = Steps(program.impl_index, typed.bounds, typed.scope.module)
    for type_ in steps.chain(_typed_place(program, typed, before)[0], pointers=True):
        found = program.type_entry(type_.name) if type_.kind == "path" else None
        if found is not None and any(field.name == step[1:] for field in found[1].item.fields):
            return found[1]
    return None
