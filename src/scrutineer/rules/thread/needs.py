"""What a type's fields ask of its parameters before it may cross threads: auto traits, with raw pointers seen through.

The compiler says of `*mut T` only that it is neither Send nor Sync. Whoever writes `unsafe impl` takes over its
part: what is behind the pointer is owned, lent, or never touched. `Need.by` keeps that apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scrutineer.model.types import TypeRef
from scrutineer.program.fields import fields_of, variants_of
from scrutineer.program.members import ImplRecord
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC
from scrutineer.program.terms import head, match, substitute

By = Literal["value", "cell", "pointer", "phantom", "nested", "unknown"]

_DEEPEST = 10
POINTERS = frozenset({"core::ptr::NonNull", "core::sync::atomic::AtomicPtr", "core::ptr::Unique"})
_CELLS = frozenset(
    {"core::cell::UnsafeCell", "core::cell::Cell", "core::cell::RefCell", "core::cell::SyncUnsafeCell"}
)
_PHANTOM = "core::marker::PhantomData"
_MAYBE = "core::mem::MaybeUninit"  # may never hold a value: like a raw pointer, the API tells


class Need(msgspec.Struct, frozen=True):
    """`param: trait` follows from a field.

    `by` is the weakest link on the way: `value` plain ownership or a reference, `cell` interior mutability,
    `pointer` a raw pointer or room for a value, `phantom` only PhantomData, `nested` a type of the crate
    that has an `unsafe impl` of its own, which is judged by itself, `unknown` a type of a crate that was not read.
    """

    param: str
    trait: str
    by: By
    field: str
    bare: bool = False  # the field's type is the parameter


class Needs:
    """Walks the fields of one program's types."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.index = program.impl_index
        self.blocked = False  # set by a walk that met something which no bound can make cross

    def of_type(self, self_type: TypeRef, trait: str) -> Iterator[Need]:
        """Needs of a struct, enum or union from its own fields, its own impls left aside."""
        self.blocked = False
        for name, part in self._parts(self_type):
            if part.kind == "param":
                yield Need(part.name, trait, "value", name, bare=True)
                continue
            yield from self._walk(part, trait, "value", name, frozenset({self_type.name}), 0)

    def _parts(self, type_: TypeRef) -> Iterator[tuple[str, TypeRef]]:
        for variant in variants_of(self.program, type_) or ("",):
            for name, part in (fields_of(self.program, type_, variant) or {}).items():
                yield (f"{variant}.{name}" if variant else name), part

    def _walk(
        self, type_: TypeRef, trait: str, by: By, field: str, seen: frozenset[str], depth: int
    ) -> Iterator[Need]:
        if depth > _DEEPEST:
            return
        match type_.kind:
            case "param":
                yield Need(type_.name, trait, by, field)
            case "ref":
                wanted = trait if type_.mutable else SYNC
                yield from self._walk(type_.args[0], wanted, by, field, seen, depth + 1)
            case "pointer":
                self.blocked = True
                yield from self._walk(type_.args[0], trait, _weaker(by, "pointer"), field, seen, depth + 1)
            case "tuple" | "array" | "slice":
                for arg in type_.args:
                    yield from self._walk(arg, trait, by, field, seen, depth + 1)
            case "path":
                yield from self._walk_path(type_, trait, by, field, seen, depth + 1)
            case "dyn" if not any(bound.name == trait for bound in type_.args):
                self.blocked = True
            case _:
                return

    def _walk_path(
        self, type_: TypeRef, trait: str, by: By, field: str, seen: frozenset[str], depth: int
    ) -> Iterator[Need]:
        name = type_.name
        if name in POINTERS:
            self.blocked = self.blocked or name != "core::sync::atomic::AtomicPtr"
            by = _weaker(by, "pointer")
        elif name in _CELLS and trait == SYNC:
            self.blocked = True
            by = _weaker(by, "cell")
        elif name == _PHANTOM:
            by = _weaker(by, "phantom")
        elif name == _MAYBE:
            by = _weaker(by, "pointer")
        else:
            explicit = self._explicit(type_, trait)
            if explicit is not None:
                yield from self._through_impl(explicit, type_, by, field, seen, depth)
                return
            own = self.program.crate_of(name)
            if own is not None and self._explicit(type_, SYNC if trait == SEND else SEND) is not None:
                by = _weaker(by, "nested")
            if own is not None and name not in seen and type_.args:
                for _, part in self._parts(type_):
                    yield from self._walk(part, trait, by, field, seen | {name}, depth)
                return
            if own is not None:
                return
            if self.program.standard.kind(name) is None:
                by = _weaker(by, "unknown")
        for arg in type_.args:
            yield from self._walk(arg, trait, by, field, seen, depth)

    def _explicit(self, type_: TypeRef, trait: str) -> ImplRecord | None:
        """The impl of Send or Sync that somebody wrote for this type."""
        for record in self.index.of_trait(head(type_), trait):
            if match(record.type, type_, record.names, {}):
                return record
        return None

    def _through_impl(
        self, record: ImplRecord, type_: TypeRef, by: By, field: str, seen: frozenset[str], depth: int
    ) -> Iterator[Need]:
        if record.negative:
            self.blocked = True
            for arg in type_.args:
                yield from self._walk(arg, SEND, _weaker(by, "pointer"), field, seen, depth)
            return
        bindings: dict[str, TypeRef] = {}
        match(record.type, type_, record.names, bindings)
        asked: set[str] = set()
        for bound in record.bounds:
            for trait in bound.traits:
                if trait.name in (SEND, SYNC):
                    subject = substitute(bound.subject, bindings)
                    asked |= {subject.name} if subject.kind == "param" else set()
                    yield from self._walk(subject, trait.name, by, field, seen, depth)
        if record.crate != "std":
            for arg in type_.args:
                if arg.kind == "param" and arg.name not in asked:
                    yield Need(arg.name, record.trait.name if record.trait else SEND, "nested", field)


_ORDER: dict[By, int] = {"value": 0, "cell": 1, "unknown": 2, "nested": 3, "pointer": 4, "phantom": 5}


def _weaker(one: By, other: By) -> By:
    return max(one, other, key=_ORDER.__getitem__)
