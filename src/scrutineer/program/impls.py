"""Impls by the type they are for, traits by path: over this crate, its dependencies and the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.members import ImplRecord, Member, library_impl, library_signature
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables.libraries import LIBRARIES, libraries
from scrutineer.program.tables.records import Header
from scrutineer.program.terms import Bindings, head, match
from scrutineer.program.traits import TraitIndex

if TYPE_CHECKING:
    from scrutineer.program.program import Program

DERIVES = {
    "Clone": "core::clone::Clone",
    "Copy": "core::marker::Copy",
    "Debug": "core::fmt::Debug",
    "Default": "core::default::Default",
    "Eq": "core::cmp::Eq",
    "Hash": "core::hash::Hash",
    "Ord": "core::cmp::Ord",
    "PartialEq": "core::cmp::PartialEq",
    "PartialOrd": "core::cmp::PartialOrd",
}
Matched = tuple[ImplRecord, Bindings]


class ImplIndex:
    """Answers which impls a type has and what a trait declares. One per program; built at the first question."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.traits = TraitIndex(program)
        self.trait = self.traits.trait
        self.supertraits = self.traits.supertraits
        self._of_trait: dict[tuple[str, str], tuple[ImplRecord, ...]] = {}
        self._heads: dict[str, tuple[ImplRecord, ...]] = {}
        self._members: dict[int, dict[str, list[int]]] = {}
        self._library: dict[tuple[str, str], tuple[tuple[Header, Member], ...]] = {}

    @cached_property
    def _own(self) -> dict[str, list[ImplRecord]]:
        """Impls of this crate by head; those for any type under the empty head."""
        found: dict[str, list[ImplRecord]] = {}
        resolver = self.program.resolver
        for entry in self.program.impls:
            item = entry.item
            replaced = self.program.items.is_replaced(entry.file, item)
            if item.definition >= 0 or replaced or entry.index in self.program.impl_aliases:
                continue
            scope = resolver.impl_scope(entry.index)
            type_ = scope.self_type
            if type_ is None or type_.kind in ("unknown", "projection") or _says_nothing(type_):
                continue
            trait = resolver.resolve(item.trait, scope) if item.trait is not None else None
            record = ImplRecord(
                self.program.root,
                entry.index,
                scope.types | scope.consts,
                type_,
                trait,
                resolver.bounds(item.generics, scope),
                item.negative,
                entry.cfg,
            )
            found.setdefault(head(type_), []).append(record)
        for declared in self.program.types:
            if declared.item.derives:
                found.setdefault(canonical_path(self.program, declared), []).extend(self._derived(declared))
        return found

    def _derived(self, entry: TypeEntry) -> Iterator[ImplRecord]:
        """Impls that `#[derive]` writes: every parameter must have the trait."""
        generics = entry.item.generics
        args = tuple(TypeRef("param", name) for name in (*generics.types, *generics.consts))
        type_ = TypeRef("path", canonical_path(self.program, entry), args)
        scope = self.program.resolver.scope_of(entry)
        declared = self.program.resolver.bounds(generics, scope)
        for name in entry.item.derives:
            path = DERIVES.get(name.rpartition("::")[2])
            if path is not None:
                trait = TypeRef("path", path)
                own = tuple(Bound(TypeRef("param", parameter), (trait,)) for parameter in generics.types)
                names = frozenset((*generics.types, *generics.consts))
                yield ImplRecord(self.program.root, -1, names, type_, trait, declared + own, cfg=entry.cfg)

    def of_trait(self, name: str, trait: str) -> tuple[ImplRecord, ...]:
        """Impls of a trait for types with this head (empty: for any type), of every crate and the library."""
        key = (name, trait)
        found = self._of_trait.get(key)
        if found is None:
            standard = self.program.standard
            library = standard.impls_of(name, trait) if name else standard.universal
            if name.partition("::")[0] in LIBRARIES and self.program.crate_of(name) is None:
                library = libraries().impls_of(name, trait)
            records = [
                each
                for each in self.own_for_head(name)
                if each.trait is not None and each.trait.name == trait
            ]
            records += [
                library_impl(standard, each)
                for each in library
                if each.header.trait is not None and each.header.trait.name == trait
            ]
            found = self._of_trait[key] = tuple(records)
        return found

    def own_for_head(self, name: str) -> tuple[ImplRecord, ...]:
        """All impls with this head of crates that were read: this one and what it depends on."""
        found = self._heads.get(name)
        if found is None:
            records = list(self._own.get(name, ()))
            for program in self.program.dependencies.values():
                records.extend(program.impl_index.own_for_head(name))
            found = self._heads[name] = tuple(records)
        return found

    def inherent(self, name: str) -> tuple[ImplRecord, ...]:
        """Inherent impls with this head of crates that were read."""
        found = self._of_trait.get((name, ""))
        if found is None:
            found = tuple(each for each in self.own_for_head(name) if each.trait is None)
            self._of_trait[name, ""] = found
        return found

    def matching(self, type_: TypeRef, trait: str) -> Iterator[Matched]:
        """Impls of a trait whose header fits a type, with what its parameters then are.

        Bounds are not checked. Impls for any type come last.
        """
        name = head(type_)
        for record in (*(self.of_trait(name, trait) if name else ()), *self.of_trait("", trait)):
            bindings: Bindings = {}
            if match(record.type, type_, record.names, bindings):
                yield record, bindings

    def declaring(self, type_: TypeRef, associated: str) -> Iterator[Matched]:
        """Impls of any trait that set an associated type of that name for a type."""
        for trait in self.traits.with_type(associated):
            yield from self.matching(type_, trait)

    def functions_of(self, record: ImplRecord) -> dict[str, list[int]]:
        """Functions of an impl by name, as indexes of its program; several under cfg variants."""
        program = self.program.crate_of(record.crate)
        if program is None or record.index < 0:
            return {}
        return program.impl_index.functions_of_own(record.index)

    def functions_of_own(self, index: int) -> dict[str, list[int]]:
        """The same for an impl of this crate by its index."""
        return self._by_impl.get(index, {})

    @cached_property
    def _by_impl(self) -> dict[int, dict[str, list[int]]]:
        found: dict[int, dict[str, list[int]]] = {}
        aliases = self.program.impl_aliases
        for entry in self.program.functions:
            if entry.item.impl_ >= 0:
                owner = self.program.start(entry.file, "impls") + entry.item.impl_
                owner = aliases.get(owner, owner)
                found.setdefault(owner, {}).setdefault(entry.item.name, []).append(entry.index)
        return found

    def types_of(self, record: ImplRecord) -> dict[str, TypeRef]:
        """Associated types that an impl sets."""
        if record.index < 0:
            return record.types
        program = self.program.crate_of(record.crate)
        return program.resolver.impl_types(record.index) if program is not None else {}

    def library_members(self, owner: str, name: str) -> tuple[tuple[Header, Member], ...]:
        """Inherent functions of a library type by name, with the header of the impl of each."""
        key = (owner, name)
        found = self._library.get(key)
        if found is None:
            found = self._library[key] = tuple(
                [
                    (
                        method.header,
                        Member(
                            f"{owner}::{name}",
                            "std",
                            -1,
                            library_signature(self.program.standard, method.signature, method.header),
                        ),
                    )
                    for method in self.program.standard.method(owner, name)
                    if method.header is not None and method.signature.form == "fn"
                ]
            )
        return found


def _says_nothing(type_: TypeRef) -> bool:
    """Whether a type like `&T` is about something unknown: its impl must not be taken for everybody's."""
    return type_.kind in ("ref", "pointer", "slice", "array") and any(
        arg.kind == "unknown" for arg in type_.args
    )
