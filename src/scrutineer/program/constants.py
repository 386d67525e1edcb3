"""Associated constants: `Type::NAME`, by the type or by a trait that a bound gives."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.entries import ValueEntry
from scrutineer.program.terms import Bindings, match, substitute

if TYPE_CHECKING:
    from scrutineer.program.impls import ImplIndex


class AssociatedConstants:
    """Of one program and its dependencies."""

    def __init__(self, index: ImplIndex) -> None:
        self.index = index

    @cached_property
    def _by_name(self) -> dict[str, list[ValueEntry]]:
        found: dict[str, list[ValueEntry]] = {}
        for entry in self.index.program.values:
            if entry.item.impl_ >= 0 or entry.item.trait >= 0:
                found.setdefault(entry.item.name, []).append(entry)
        return found

    def type_of(self, type_: TypeRef, name: str, traits: Iterable[str] = ()) -> TypeRef:
        """Type of a type's constant of that name; `traits` are those that bounds give it."""
        program = self.index.program
        resolver = program.resolver
        wanted = set(traits)
        for entry in self._by_name.get(name, ()):
            scope = resolver.scope_of(entry)
            bindings: Bindings = {"Self": type_}
            if entry.item.trait >= 0:
                if scope.trait not in wanted:
                    continue
            elif scope.self_type is None or not match(scope.self_type, type_, scope.types, bindings):
                continue
            return substitute(resolver.resolve(entry.item.type, scope), bindings)
        for other in program.dependencies.values():
            found = other.constants.type_of(type_, name, wanted)
            if found.kind != "unknown":
                return found
        return UNKNOWN
