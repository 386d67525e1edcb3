"""Dereferencing, indexing and fields of types: one step of a place at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrutineer.model.items import Bound
from scrutineer.model.types import INTEGERS, PRIMITIVES, UNKNOWN, TypeRef
from scrutineer.program.fields import fields_of, is_visible, variants_of
from scrutineer.program.project import bounds_on, normalise
from scrutineer.program.typing.guards import guarded_type

if TYPE_CHECKING:
    from scrutineer.program.impls import ImplIndex

DEREF = TypeRef("path", "core::ops::Deref")
_LIMIT = 10  # dereferences in a row; rustc stops at 128, real code at 4
_USIZE = TypeRef("path", "usize")
_BOX = "alloc::boxed::Box"


class Steps:
    """Types of parts of values as code in a module sees them; `bounds` are those in scope."""

    def __init__(self, index: ImplIndex, bounds: tuple[Bound, ...], module: int = 0) -> None:
        self.index = index
        self.program = index.program
        self.bounds = bounds
        self.module = module
        self._known: dict[TypeRef, TypeRef | None] = {}

    def normal(self, type_: TypeRef) -> TypeRef:
        """The type with its associated types replaced by what they are."""
        return normalise(self.index, type_, self.bounds)

    def dereferenced(self, type_: TypeRef) -> TypeRef | None:
        """What `*value` is; nothing where the type cannot be dereferenced, or nothing is known."""
        if type_.kind in ("ref", "pointer"):
            return type_.args[0] if type_.args else UNKNOWN
        if type_.kind == "path" and type_.name == _BOX:
            return type_.args[0] if type_.args else UNKNOWN
        if type_.kind not in ("path", "param", "projection", "impl"):
            return None
        if type_ not in self._known:
            self._known[type_] = self._target(type_)
        return self._known[type_]

    def _target(self, type_: TypeRef) -> TypeRef | None:
        if type_.kind == "path" and type_.name in PRIMITIVES:
            return None
        target = self.normal(TypeRef("projection", "Target", (type_, DEREF)))
        if target.kind == "unknown":
            return guarded_type(type_)
        return None if self._is_open_projection(target) else target

    def _is_open_projection(self, type_: TypeRef) -> bool:
        """Whether a projection is only a question: no bound says that the type dereferences."""
        if type_.kind != "projection" or type_.name != "Target":
            return False
        return not any(
            found.last in ("Deref", "DerefMut") for found in bounds_on(self.index, type_.args[0], self.bounds)
        )

    def chain(self, type_: TypeRef, *, pointers: bool = False) -> Iterator[TypeRef]:
        """The type and what it dereferences to, step by step; raw pointers end it unless asked for."""
        for _ in range(_LIMIT):
            yield type_
            if type_.kind == "pointer" and not pointers:
                return
            following = self.dereferenced(type_)
            if following is None or following.kind in ("unknown", "infer"):
                return
            type_ = following

    def field(self, type_: TypeRef, name: str, variant: str = "") -> tuple[TypeRef, tuple[TypeRef, ...]]:
        """Type of a field, with the types that are dereferenced on the way to it."""
        if variant:
            return self._field_here(type_, name, variant) or _aliased(type_, variant), ()
        through: list[TypeRef] = []
        for seen in self.chain(type_, pointers=True):
            found = self._field_here(seen, name, "")
            if found is not None and is_visible(self.program, seen, name, self.module):
                return found, tuple(through)
            if seen.kind == "pointer":
                break
            through.append(seen)
        return UNKNOWN, ()

    def _field_here(self, type_: TypeRef, name: str, variant: str) -> TypeRef | None:
        fields = fields_of(self.program, type_, variant)
        if not fields:
            return None
        if name.startswith("-"):
            name = str(len(fields) + int(name))
        found = fields.get(name)
        return normalise(self.index, found, self.bounds) if found is not None else None

    def payload(self, type_: TypeRef) -> TypeRef:
        """What `?` gives where it goes on."""
        if type_.last in ("Option", "Result", "ControlFlow", "Poll") and type_.args:
            if type_.last == "ControlFlow":
                return type_.args[1] if len(type_.args) > 1 else UNKNOWN
            if type_.last == "Poll" and type_.args[0].last == "Result":
                return TypeRef("path", type_.name, type_.args[0].args[:1])
            return type_.args[0]
        return UNKNOWN

    def variant(self, type_: TypeRef, written: str) -> str:
        """Name of the variant that a pattern names; empty where it names a struct or nothing known."""
        name = written.rpartition("::")[2]
        known = name in variants_of(self.program, type_) or _aliased(type_, name) is not UNKNOWN
        return name if known else ""

    def indexed(self, type_: TypeRef, index: TypeRef) -> tuple[TypeRef, tuple[TypeRef, ...]]:
        """Type of `value[index]`, with the types that are dereferenced on the way to what is indexed."""
        through: list[TypeRef] = []
        for seen in self.chain(type_):
            if seen.kind in ("slice", "array"):
                return self._of_slice(seen, index), tuple(through)
            if seen.kind == "path":
                position = _USIZE if index.kind in ("infer", "unknown") else index
                trait = TypeRef("path", "core::ops::Index", (position,))
                output = normalise(self.index, TypeRef("projection", "Output", (seen, trait)), self.bounds)
                if output.kind not in ("unknown", "projection"):
                    return output, tuple(through)
            through.append(seen)
        return UNKNOWN, ()

    def _of_slice(self, type_: TypeRef, index: TypeRef) -> TypeRef:
        if index.kind == "path" and index.name not in INTEGERS:
            return TypeRef("slice", args=type_.args) if index.last.startswith("Range") else UNKNOWN
        return type_.args[0]

    def elements(self, type_: TypeRef) -> TypeRef:
        """Element type in a slice pattern."""
        for seen in self.chain(type_):
            if seen.kind in ("slice", "array"):
                return seen.args[0]
        return UNKNOWN


def _aliased(type_: TypeRef, variant: str) -> TypeRef:
    """What `Ok` holds of another crate's `Result<T>`, an alias whose declaration was not read."""
    named = (type_.last, variant) in {("Result", "Ok"), ("Option", "Some")}
    return type_.args[0] if named and type_.args else UNKNOWN
