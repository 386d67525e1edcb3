"""Which types hold a lock: guards themselves, what wraps one, and references to one."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Literal

import msgspec

from scrutineer.locks.own_guards import own_guards
from scrutineer.model.lock import LockMode
from scrutineer.model.types import TypeRef
from scrutineer.program.fields import parts_of
from scrutineer.program.program import Program
from scrutineer.program.tables.locks import guard_types, lock_table

_WRAPPERS = frozenset(
    {
        "core::result::Result",
        "core::option::Option",
        "core::task::Poll",
        "core::ops::ControlFlow",
        "core::pin::Pin",
        "std::sync::PoisonError",
        "alloc::boxed::Box",
        "core::mem::ManuallyDrop",
    }
)
_DEEPEST = 3  # structs in structs that hold a guard


class HeldType(msgspec.Struct, frozen=True):
    """A type that holds a guard: the guard's own type, and how a value of the type has it."""

    guard: TypeRef
    form: Literal["value", "reference"]


class GuardTypes:
    """Answers about one program's types, kept."""

    def __init__(self, program: Program) -> None:
        """Nothing is known yet."""
        self.program = program
        self._known: dict[TypeRef, HeldType | None] = {}

    @cached_property
    def own(self) -> frozenset[str]:
        """Guards of the crate's own making, by path."""
        return own_guards(self.program)

    def of(self, type_: TypeRef) -> HeldType | None:
        """The guard that a value of the type holds, or that it is a reference to."""
        if type_ not in self._known:
            self._known[type_] = self._find(type_)
        return self._known[type_]

    def _find(self, type_: TypeRef) -> HeldType | None:
        if type_.kind == "ref" and type_.args:
            inner = self._inside(type_.args[0], _DEEPEST)
            return HeldType(inner, "reference") if inner is not None else None
        found = self._inside(type_, 0)
        return HeldType(found, "value") if found is not None else None

    def _inside(self, type_: TypeRef, depth: int) -> TypeRef | None:
        """A guard that values of the type own."""
        if type_.kind == "path":
            if type_.name in guard_types():
                return type_ if is_excluding(type_.name) else None
            if type_.name in self.own:
                return type_
            if type_.name in _WRAPPERS:
                return self._first(type_.args, depth)
            if depth < _DEEPEST and type_.name.partition("::")[0] == self.program.root:
                return self._first(tuple(parts_of(self.program, type_) or ()), depth + 1)
        elif type_.kind == "tuple":
            return self._first(type_.args, depth)
        return None

    def _first(self, types: tuple[TypeRef, ...], depth: int) -> TypeRef | None:
        return next((found for each in types if (found := self._inside(each, depth)) is not None), None)


def is_excluding(guard: str) -> bool:
    """Whether holding a guard of this type keeps other threads out: a cell's borrow and a read-side section do not."""
    return guard not in _harmless()


def mode_of(guard: TypeRef) -> LockMode:
    """How a guard of this type holds its lock."""
    name = guard.last
    return "shared" if "Read" in name and "Upgradable" not in name else "exclusive"


def protected_by(guard: TypeRef) -> TypeRef | None:
    """The type that the guard gives access to, as its type arguments name it."""
    if guard.name.startswith("kernel::") and guard.args:
        return guard.args[0]
    return guard.args[-1] if guard.args else None


@cache
def _harmless() -> frozenset[str]:
    """Guards of locks that keep no other thread out."""
    kinds = guard_types()
    open_ = (lock for lock in lock_table().lock if lock.waits in {"panics", "reads"} or not lock.thread_safe)
    guards = (kinds[acquire.guard] for lock in open_ for acquire in lock.acquires)
    return frozenset(path for kind in guards for path in (kind.type, *kind.paths))
