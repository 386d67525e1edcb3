"""Impls by the type they are for, traits by path: over this crate, its dependencies and the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from scrutineer.model.items import Bound
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TraitEntry, TypeEntry
from scrutineer.program.members import ImplRecord, Member, TraitInfo, library_impl, library_signature
from scrutineer.program.paths import canonical_path
from scrutineer.program.tables.records import Header
from scrutineer.program.terms import Bindings, head, match, substitute
from scrutineer.program.types import SELF

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
        self._heads: dict[str, tuple[ImplRecord, ...]] = {}
        self._members: dict[int, dict[str, list[int]]] = {}
        self._traits: dict[str, TraitInfo | None] = {}
        self._library: dict[tuple[str, str], tuple[tuple[Header, Member], ...]] = {}
        self._closures: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _own(self) -> dict[str, list[ImplRecord]]:
        """Impls of this crate by head; those for any type under the empty head."""
        found: dict[str, list[ImplRecord]] = {}
        resolver = self.program.resolver
        for entry in self.program.impls:
            item = entry.item
            if item.definition >= 0:
                continue
            scope = resolver.impl_scope(entry.index)
            type_ = scope.self_type
            if type_ is None or type_.kind in ("unknown", "projection"):
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

    def for_head(self, name: str) -> tuple[ImplRecord, ...]:
        """All impls whose type has this head, in every crate that is read and in the standard library."""
        found = self._heads.get(name)
        if found is None:
            records = list(self._own.get(name, ()))
            for program in self.program.dependencies.values():
                records.extend(program.impl_index.for_own_head(name))
            standard = self.program.standard
            if name:
                records.extend(library_impl(standard, each) for each in standard.trait_impls(name))
            else:
                records.extend(library_impl(standard, each) for each in standard.universal)
            found = self._heads[name] = tuple(records)
        return found

    def for_own_head(self, name: str) -> tuple[ImplRecord, ...]:
        """The same without the standard library: of this crate and what it depends on."""
        records = list(self._own.get(name, ()))
        for program in self.program.dependencies.values():
            records.extend(program.impl_index.for_own_head(name))
        return tuple(records)

    def matching(self, type_: TypeRef, trait: str | None = None) -> Iterator[Matched]:
        """Impls whose header fits a type, with what its parameters then are; of one trait, or of all.

        Bounds are not checked. Impls for any type come last.
        """
        name = head(type_)
        for record in (*(self.for_head(name) if name else ()), *self.for_head("")):
            if trait is not None and (record.trait is None or record.trait.name != trait):
                continue
            bindings: Bindings = {}
            if match(record.type, type_, record.names, bindings):
                yield record, bindings

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
        for entry in self.program.functions:
            if entry.item.impl_ >= 0:
                owner = self.program.start(entry.file, "impls") + entry.item.impl_
                found.setdefault(owner, {}).setdefault(entry.item.name, []).append(entry.index)
        return found

    def types_of(self, record: ImplRecord) -> dict[str, TypeRef]:
        """Associated types that an impl sets."""
        if record.index < 0:
            return record.types
        program = self.program.crate_of(record.crate)
        return program.resolver.impl_types(record.index) if program is not None else {}

    def member(self, crate: Program, index: int, trait: str = "") -> Member:
        """A function of a program as a member."""
        entry = crate.functions[index]
        signature = crate.resolver.signature(index)
        required = entry.item.trait >= 0 and entry.item.body_span is None
        return Member(canonical_path(crate, entry), crate.root, index, signature, trait, required)

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

    def trait(self, path: str) -> TraitInfo | None:
        """A trait by canonical path; nothing where it was not read."""
        if path not in self._traits:
            owner = self.program.crate_of(path)
            if owner is self.program:
                self._traits[path] = self._own_trait(path)
            elif owner is not None:
                self._traits[path] = owner.impl_index.trait(path)
            else:
                self._traits[path] = self._library_trait(path)
        return self._traits[path]

    def _own_trait(self, path: str) -> TraitInfo | None:
        entry = self.program.trait_paths.get(path)
        if entry is None:
            return None
        item = entry.item
        resolver = self.program.resolver
        scope = resolver.trait_scope(entry.index)
        of_self = [
            trait for bound in item.generics.bounds if bound.subject.kind == "self" for trait in bound.traits
        ]
        supertraits = tuple([resolver.resolve(trait, scope) for trait in (*item.supertraits, *of_self)])
        return TraitInfo(
            path,
            (*item.generics.types, *item.generics.consts),
            tuple(
                [trait for trait in supertraits if trait.kind == "path" and not trait.name.startswith("?")]
            ),
            self._trait_members(entry, path),
            self._trait_types(entry),
            item.auto,
            item.unsafe,
        )

    def _trait_types(self, entry: TraitEntry) -> dict[str, tuple[TypeRef, ...]]:
        resolver = self.program.resolver
        scope = resolver.trait_scope(entry.index)
        return {
            item.name: tuple([resolver.resolve(trait, scope) for trait in item.bounds])
            for item in self.program.files[entry.file].types
            if item.trait == entry.number
        }

    def _trait_members(self, entry: TraitEntry, path: str) -> dict[str, Member]:
        start = self.program.start(entry.file, "functions")
        functions = self.program.files[entry.file].functions
        return {
            item.name: self.member(self.program, start + number, path)
            for number, item in enumerate(functions)
            if item.trait == entry.number
        }

    def _library_trait(self, path: str) -> TraitInfo | None:
        standard = self.program.standard
        declaration = standard.declaration(path)
        if declaration is None or declaration.kind not in ("trait", "traitalias"):
            return None
        parameters = (*declaration.generics.types, *declaration.generics.consts)
        members: dict[str, Member] = {}
        types: dict[str, tuple[TypeRef, ...]] = {}
        for name, (method, *_) in standard.members(path).items():
            if method.signature.form == "type":
                traits = [trait for bound in method.signature.bounds for trait in bound.traits]
                types[name] = tuple([substitute(trait, {"Self": SELF}) for trait in traits])
            elif method.signature.form == "fn":
                signature = library_signature(standard, method.signature, None, path, parameters)
                required = method.signature.required
                members[name] = Member(f"{path}::{name}", "std", -1, signature, path, required)
        supertraits = tuple([trait for trait in declaration.supertraits if not trait.name.startswith("?")])
        return TraitInfo(path, parameters, supertraits, members, types, declaration.auto, declaration.unsafe)

    def supertraits(self, path: str) -> tuple[str, ...]:
        """The trait and everything it requires of a type that has it, nearest first."""
        found = self._closures.get(path)
        if found is None:
            order = [path]
            for name in order:
                info = self.trait(name)
                order.extend(t.name for t in (info.supertraits if info else ()) if t.name not in order)
            found = self._closures[path] = tuple(order)
        return found
