"""Which lock an acquisition takes: by type and field, and by the way to it."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.flow.function import FunctionFlow
from scrutineer.locks.places import Root, field_owner, root_of, written
from scrutineer.model.body import Place
from scrutineer.model.lock import LockId
from scrutineer.model.types import TypeRef
from scrutineer.program.paths import canonical_path
from scrutineer.program.program import Program
from scrutineer.program.tables.locks import lock_types


def lock_at(flow: FunctionFlow, place: Place) -> tuple[LockId, Root]:
    """Identity of the lock that lies at a place, and the place from its root."""
    root = root_of(flow, place)
    path = written(flow, root.place)
    if root.place.static and not root.place.steps:
        found = flow.program.resolve(root.place.static, flow.typed.scope, "values")
        return LockId("", found.path or root.place.static, path), root
    owner = field_owner(flow, root.place) or field_owner(flow, place)
    if owner:
        return LockId(owner, root.place.steps[-1][1:], path), root
    function = canonical_path(flow.program, flow.entry)
    return LockId("", f"{function}::{path}", path), root


class LockFields:
    """Fields of a crate's types that are locks, by what they protect."""

    def __init__(self, program: Program) -> None:
        """Look at every struct's fields once."""
        self._by_protected: dict[str, list[LockId]] = {}
        for entry in program.types:
            if entry.item.form == "alias" or not entry.item.fields:
                continue
            scope = program.resolver.scope_of(entry)
            path = canonical_path(program, entry)
            for field in entry.item.fields:
                for lock in _locks_in(program.resolver.resolve(field.type, scope)):
                    self._by_protected.setdefault(str(lock), []).append(LockId(path, field.name))

    def protecting(self, type_: TypeRef | None) -> LockId | None:
        """The only field whose lock protects values of a type."""
        found = self._by_protected.get(str(type_), ()) if type_ is not None else ()
        return found[0] if len(found) == 1 else None


def _locks_in(type_: TypeRef) -> Iterator[TypeRef]:
    """What the locks in a type protect: `T` of `Arc<Mutex<T>>`."""
    if type_.kind == "path" and type_.name in lock_types():
        if type_.args:
            yield type_.args[0] if type_.name.startswith("kernel::") else type_.args[-1]
        return
    for argument in type_.args:
        yield from _locks_in(argument)
