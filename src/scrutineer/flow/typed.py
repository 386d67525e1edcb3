"""Answers about types for `flow/`, out of a typed body."""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.flow.typing import Answer, is_index
from scrutineer.model.body import Operation, Place
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of, variants_of
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
        if found.type.kind == "ref":
            return "no"  # `&mut` is borrowed again where it goes on to be used, and drops nothing where it is not
        if found.binding or any(type_.kind in _STANDS_FOR_POINTER for type_ in found.through):
            return "no"
        if given.mode == "receiver" and operation.kind == "aggregate":
            return self._captured(operation, operand)
        if given.mode == "receiver" and operation.callee is not None and operation.callee.form == "value":
            return self._called(found.type)
        if given.mode == "receiver":
            target = self._targets.get(id(operation))
            if target is not None and target.kind != "unknown":
                if target.signature is not None and target.signature.receiver == "typed":
                    own = target.signature.parameters[0].kind if target.signature.parameters else ""
                    return "no" if own in _STANDS_FOR_POINTER else "yes"
                if target.autoref or target.dereferences:
                    return "no"
                if target.signature is not None and target.signature.receiver in {"&self", "&mut self"}:
                    return "no"
        copied = self.program.properties.is_copy(found.type, self.typed.bounds)
        return "no" if copied == "yes" else "yes" if copied == "no" else "unknown"

    def _closure(self, number: str) -> TypedAnswers | None:
        if not number.isdigit() or int(number) >= len(self.typed.closures):
            return None
        return TypedAnswers(self.program, self.typed.closures[int(number)])

    def _captured(self, operation: Operation, operand: int) -> Answer:
        """Whether a closure takes a variable by value that its body uses as a receiver or calls."""
        closure = self._closure(operation.name.partition("#")[2])
        if closure is None:
            return "unknown"
        local = closure.typed.body.captures[operand].local
        return closure.consumes(frozenset({local}))

    def consumes(self, locals_: frozenset[int]) -> Answer:
        """Whether the body moves something out of one of these locals."""
        answers = {
            self.moves(operation, at)
            for block in self.typed.body.blocks
            for operation in block.operations
            for at, operand in enumerate(operation.operands)
            if operand.place is not None and operand.place.local in locals_
        }
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def _called(self, type_: TypeRef) -> Answer:
        """Whether calling a value of a type uses it up: only if nothing more than `FnOnce` is known of it."""
        if type_.kind == "closure":
            closure = self._closure(type_.name)
            if closure is None:
                return "unknown"
            return closure.consumes(frozenset(each.local for each in closure.typed.body.captures))
        if type_.kind in _STANDS_FOR_POINTER:
            return "no"
        if type_.kind == "path" and len(type_.args) == 1 and type_.args[0].kind == "dyn":
            type_ = type_.args[0]
        if self.program.properties.implements(type_, "core::ops::FnMut", self.typed.bounds) == "yes":
            return "no"
        names = {bound.last for bound in type_.args} if type_.kind in {"dyn", "impl"} else set()
        if names & {"Fn", "FnMut"}:
            return "no"
        once = self.program.properties.implements(type_, "core::ops::FnOnce", self.typed.bounds)
        return "yes" if once == "yes" or "FnOnce" in names else "unknown"

    def rest(self, place: Place, moved: tuple[str, ...]) -> Answer:
        """Whether anything is left of a value whose fields of these names were moved out."""
        return self._any_drops(self.type_of(place), moved=moved)

    def variant(self, place: Place, label: str, others: tuple[str, ...]) -> Answer:
        """Whether a variant, or all but some, has anything to drop."""
        type_ = self.type_of(place)
        names = variants_of(self.program, type_)
        tested = {other.rpartition("::")[2] for other in (others if label == "_" else (label,))}
        if not tested or not tested <= set(names):
            return "unknown"
        left = [name for name in names if name not in tested] if label == "_" else list(tested)
        return self._any_drops(type_, variants=left)

    def _any_drops(
        self, type_: TypeRef, *, variants: Sequence[str] | None = None, moved: tuple[str, ...] = ()
    ) -> Answer:
        names = (variants_of(self.program, type_) or ("",)) if variants is None else variants
        answers: set[Answer] = {"no"}
        for name in names:
            fields = fields_of(self.program, type_, name)
            if fields is None:
                return "unknown"
            answers.update(
                self.program.properties.needs_drop(field, self.typed.bounds)
                for label, field in fields.items()
                if label not in moved
            )
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def fields(self, place: Place) -> tuple[str, ...] | None:
        """Fields of the struct or tuple at a place."""
        known = fields_of(self.program, self.type_of(place))
        return tuple(known) if known is not None else None
