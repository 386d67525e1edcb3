"""Which functions can hold a lock at all, as far as names tell: only their bodies are typed for it."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.locks.guard_types import is_excluding
from scrutineer.locks.own_guards import own_guards
from scrutineer.locks.pairs import may_pair
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import FunctionEntry
from scrutineer.program.macro_words import may_write
from scrutineer.program.mentions import mentions
from scrutineer.program.program import Program
from scrutineer.program.tables.locks import LockType, guard_types, lock_table


def candidates(program: Program) -> Iterator[int]:
    """Functions that call something named like an acquisition, or whose signature speaks of a guard.

    A function whose result speaks of a guard, or of a type with a field that does, makes its callers candidates too. A
    method counts only where a lock that has it is named at all: `read` takes no lock in a crate without `RwLock`.
    """
    guards = {path.rpartition("::")[2] for path in guard_types() if is_excluding(path)}
    guards |= {path.rpartition("::")[2] for path in own_guards(program)}
    guards |= {
        entry.item.name
        for entry in program.types
        if any(_mentions(field.type, guards) for field in entry.item.fields)
    }
    calls = {
        acquire.method
        for lock in lock_table().lock
        for acquire in lock.acquires
        if is_excluding(acquire.guard) and _is_named(program, lock)
    }
    calls |= {
        entry.item.name
        for entry in program.functions
        if entry.item.result is not None and _mentions(entry.item.result, guards)
    }
    for entry in program.functions:
        if _is_given(program, entry, guards) or _calls(program, entry, calls):
            yield entry.index


def _mentions(type_: TypeRef, names: set[str]) -> bool:
    return type_.last in names or any(_mentions(arg, names) for arg in type_.args)


def _is_given(program: Program, entry: FunctionEntry, guards: set[str]) -> bool:
    function = entry.item
    if function.receiver and function.impl_ >= 0:
        owner = program.files[entry.file].impls[function.impl_].type
        if _mentions(owner, guards):
            return True
    return any(_mentions(parameter.type, guards) for parameter in function.parameters)


def _calls(program: Program, entry: FunctionEntry, names: set[str]) -> bool:
    facts = program.files[entry.file]
    if entry.number >= len(facts.skeletons):
        return True  # nothing is known of the body yet
    skeleton = facts.skeletons[entry.number]
    if may_pair(skeleton):
        return True
    if any(call.lstrip(".").rpartition("::")[2] in names for call in skeleton.calls):
        return True
    return any(may_write(program, facts, facts.macro_calls[hole], names) for hole in skeleton.holes)


def _is_named(program: Program, lock: LockType) -> bool:
    """Whether source that was read names a type, or what makes one (`stdout()` gives a `Stdout`)."""
    return any(
        mentions(program, path.rpartition("::")[2].lower().encode()) for path in (lock.type, *lock.paths)
    )
