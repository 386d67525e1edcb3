"""What `flow/` asks about types. `program/` answers; without it, syntax answers what it can."""

from __future__ import annotations

from typing import Literal, Protocol

from scrutineer.model.body import Body, Operation, Place
from scrutineer.model.types import PRIMITIVES, TypeRef

Answer = Literal["yes", "no", "unknown"]


class Typing(Protocol):
    """Three-valued answers about one body; "unknown" is always allowed."""

    def needs_drop(self, place: Place) -> Answer:
        """Whether a value of the place's type has anything to drop."""
        ...

    def moves(self, operation: Operation, operand: int) -> Answer:
        """Whether an operand of mode `use` or `receiver` is moved out of its place.

        No, if its type is Copy, if a method takes its receiver by reference, if a pattern binds it through a reference.
        """
        ...

    def fields(self, place: Place) -> tuple[str, ...] | None:
        """Names of the fields of the struct or tuple at a place; None if they are not known."""
        ...

    def rest(self, place: Place, moved: tuple[str, ...]) -> Answer:
        """Whether anything is left to drop of a value whose fields of these names, in any variant, were moved out."""
        ...

    def variant(self, place: Place, label: str, others: tuple[str, ...]) -> Answer:
        """Whether a value has anything to drop if a pattern's label describes it (`_`: if none of the others does)."""
        ...


_SHARED = frozenset({"ref", "pointer", "fn", "never"})


def copyable(type_: TypeRef | None) -> Answer:
    """Whether a type is Copy, as far as its spelling shows."""
    if type_ is None:
        return "unknown"
    if type_.kind in _SHARED:
        return "no" if type_.kind == "ref" and type_.mutable else "yes"
    if type_.kind == "path" and type_.name in PRIMITIVES:
        return "yes"
    if type_.kind in {"tuple", "array"}:
        answers = {copyable(argument) for argument in type_.args}
        return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
    return "unknown"


def droppable(type_: TypeRef | None) -> Answer:
    """Whether a type has something to drop, as far as its spelling shows."""
    if type_ is not None and type_.kind in _SHARED:
        return "no"
    if copyable(type_) == "yes":
        return "no"
    if (
        type_ is not None
        and type_.kind == "path"
        and type_.last in {"ManuallyDrop", "MaybeUninit", "PhantomData"}
    ):
        return "no"
    return "unknown"


def is_index(step: str) -> bool:
    """Whether a step indexes by a value, so that nothing can move out of it; an element bound by a pattern can."""
    return step[0] == "[" and ":" not in step and step != "[..]"


class Untyped:
    """Answers from annotations alone."""

    def __init__(self, body: Body) -> None:
        """Know the types that the body's locals are annotated with."""
        self._types = [local.type for local in body.locals]

    def needs_drop(self, place: Place) -> Answer:
        """See `Typing`."""
        return "unknown" if place.steps or place.local < 0 else droppable(self._types[place.local])

    def moves(self, operation: Operation, operand: int) -> Answer:
        """See `Typing`; nothing moves out of what is behind a dereference or an index."""
        given = operation.operands[operand]
        place = given.place
        if place is None or given.mode not in {"use", "receiver"} or place.local < 0:
            return "no"
        if any(step == "*" or is_index(step) for step in place.steps):
            return "no"
        if not place.steps and copyable(self._types[place.local]) == "yes":
            return "no"
        return "unknown"

    def fields(self, _place: Place) -> tuple[str, ...] | None:
        """See `Typing`."""
        return None

    def rest(self, _place: Place, _moved: tuple[str, ...]) -> Answer:
        """See `Typing`."""
        return "unknown"

    def variant(self, _place: Place, _label: str, _others: tuple[str, ...]) -> Answer:
        """See `Typing`."""
        return "unknown"
