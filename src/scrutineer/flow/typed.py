"""Answers about types for `flow/`, out of a typed body."""

from __future__ import annotations

from scrutineer.flow.typing import Answer, is_index
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.program.program import Program
from scrutineer.program.typing.deref import Steps
from scrutineer.program.typing.places import PlaceType, place_type
from scrutineer.program.typing.records import TypedBody

_STANDS_FOR_POINTER = frozenset({"ref", "pointer", "fn", "never"})
_INERT = frozenset({"core::mem::ManuallyDrop", "core::mem::MaybeUninit", "core::marker::PhantomData"})


class TypedAnswers:
    """The `flow.typing.Typing` protocol for one typed body."""

    def __init__(self, program: Program, typed: TypedBody) -> None:
        """Nothing is looked up before it is asked for."""
        self.program = program
        self.typed = typed
        self.steps = Steps(program.impl_index, typed.bounds, typed.scope.module)
        self._places: dict[Place, PlaceType] = {}
        self._targets = {
            id(typed.body.blocks[block].operations[at]): target for (block, at), target in typed.calls.items()
        }

    def place(self, place: Place) -> PlaceType:
        """Type of a place, with what is dereferenced on the way."""
        found = self._places.get(place)
        if found is None:
            found = self._places[place] = place_type(self.steps, self.typed.body, self.typed.locals, place)
        return found

    def type_of(self, place: Place) -> TypeRef:
        """Type of a place; unknown where nothing tells."""
        return self.place(place).type

    def needs_drop(self, place: Place) -> Answer:
        """Whether a value there has anything to drop; of an unbounded type parameter that is unknown."""
        type_ = self.type_of(place)
        if type_.kind == "path" and type_.name in _INERT:
            return "no"
        return self.program.properties.needs_drop(type_, self.typed.bounds)

    def moves(self, operation: Operation, operand: int) -> Answer:
        """Whether an operand is moved out of its place."""
        given = operation.operands[operand]
        place = given.place
        if place is None or given.mode not in {"use", "receiver"} or place.local < 0:
            return "no"
        if any(is_index(step) for step in place.steps):
            return "no"
        found = self.place(place)
        if found.binding or any(type_.kind in _STANDS_FOR_POINTER for type_ in found.through):
            return "no"
        if given.mode == "receiver":
            target = self._targets.get(id(operation))
            if target is not None and target.kind != "unknown":
                if target.autoref or target.dereferences:
                    return "no"
                if target.signature is not None and target.signature.receiver in {"&self", "&mut self"}:
                    return "no"
        copied = self.program.properties.is_copy(found.type, self.typed.bounds)
        return "no" if copied == "yes" else "yes" if copied == "no" else "unknown"

    def fields(self, place: Place) -> tuple[str, ...] | None:
        """Fields of the struct or tuple at a place."""
        known = fields_of(self.program, self.type_of(place))
        return tuple(known) if known is not None else None
