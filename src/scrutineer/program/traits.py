"""Traits by path: what they declare and require, of this crate, its dependencies and the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TraitEntry
from scrutineer.program.members import Member, TraitInfo, library_signature, member_of
from scrutineer.program.terms import substitute
from scrutineer.program.types import SELF

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class TraitIndex:
    """One per program; answers are cached."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._traits: dict[str, TraitInfo | None] = {}
        self._closures: dict[str, tuple[str, ...]] = {}
        self._type_traits: dict[str, tuple[str, ...]] = {}

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
            item.name: member_of(self.program, start + number, path)
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

    def with_type(self, name: str) -> tuple[str, ...]:
        """Traits, of any crate that is read and of the library, with an associated type of that name."""
        found = self._type_traits.get(name)
        if found is None:
            paths = [
                self.program.resolver.trait_scope(
                    self.program.start(entry.file, "traits") + entry.item.trait
                ).trait
                for entry in self.program.types
                if entry.item.trait >= 0 and entry.item.name == name
            ]
            for program in self.program.dependencies.values():
                paths.extend(program.impl_index.traits.with_type(name))
            paths.extend(self.program.standard.traits_with(name))
            found = self._type_traits[name] = tuple(dict.fromkeys(paths))
        return found
