"""Locks of libraries that were not read: what their methods give, and what their guards give access to."""

from __future__ import annotations

from collections.abc import Iterable

from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.tables.locks import Acquire, guard_types, lock_types
from scrutineer.program.typing.records import CallTarget

_POINTERS = frozenset({"data_ptr", "as_mut_ptr"})
_WRAPPERS = {"Result": "core::result::Result", "Option": "core::option::Option"}


def guard_target(types: Iterable[TypeRef], method: str) -> CallTarget | None:
    """The target of a method of a known lock, among the types that a receiver dereferences to."""
    for count, type_ in enumerate(types):
        lock = lock_types().get(type_.name) if type_.kind == "path" else None
        if lock is None:
            continue
        acquire = next((each for each in lock.acquires if each.method == method), None)
        if acquire is not None:
            result = _given(acquire, type_)
        elif method in _POINTERS and method in lock.unlocked:
            result = TypeRef("pointer", args=type_.args[-1:] or (UNKNOWN,), mutable=True)
        else:
            continue
        return CallTarget(
            "external",
            f"{lock.type}::{method}",
            self_type=type_,
            unsafe="no",
            result=result,
            dereferences=count,
            autoref="&",
        )
    return None


def guarded_type(type_: TypeRef) -> TypeRef | None:
    """What a guard dereferences to: by convention of all lock libraries its last type argument."""
    if type_.kind == "path" and type_.args and type_.name in guard_types():
        return type_.args[-1]
    return None


def _given(acquire: Acquire, lock: TypeRef) -> TypeRef:
    """The type of what an acquisition gives, with the lock's last type argument as what it protects."""
    guard = TypeRef("path", acquire.guard, lock.args[-1:] or (UNKNOWN,))
    if acquire.wrapped == "future":
        output = TypeRef("path", "core::future::Future", bindings=(("Output", guard),))
        return TypeRef("impl", args=(output,))
    if acquire.wrapped == "Result":
        return TypeRef("path", _WRAPPERS["Result"], (guard, UNKNOWN))
    return TypeRef("path", _WRAPPERS["Option"], (guard,)) if acquire.wrapped else guard
