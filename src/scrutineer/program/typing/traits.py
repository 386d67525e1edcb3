"""Traits in scope: which declare a member of a name, and which of them a module can use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scrutineer.program.entries import Binding
from scrutineer.program.index import module_chain
from scrutineer.program.tables import standard

if TYPE_CHECKING:
    from scrutineer.model.types import TypeRef
    from scrutineer.program.program import Program
    from scrutineer.program.typing.methods import Found


class TraitScope:
    """One per program; answers are cached."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[tuple[TypeRef, str], tuple[Found, ...]] = {}  # functions by name of concrete types
        self._visible: dict[tuple[int, str], bool] = {}
        self._declaring: dict[str, tuple[str, ...]] = {}
        prelude = standard().module("std::prelude::v1") or {}
        newer = ("core::convert::TryFrom", "core::convert::TryInto", "core::iter::FromIterator")
        self._prelude = frozenset((*prelude.values(), *newer))

    @cached_property
    def own(self) -> dict[str, list[str]]:
        """Traits of this crate by the names of their functions."""
        found: dict[str, list[str]] = {}
        for entry in self.program.functions:
            if entry.item.trait >= 0:
                index = self.program.start(entry.file, "traits") + entry.item.trait
                path = self.program.resolver.trait_scope(index).trait
                found.setdefault(entry.item.name, []).append(path)
        return found

    @cached_property
    def _unread(self) -> dict[str, list[str]]:
        """Traits of crates that were not read, by the names of functions that impls of this crate give them."""
        found: dict[str, list[str]] = {}
        for entry in self.program.functions:
            if entry.item.impl_ >= 0:
                impl = self.program.impls[self.program.start(entry.file, "impls") + entry.item.impl_]
                if impl.item.trait is not None:
                    trait = self.program.resolver.impl_scope(impl.index).trait
                    if trait and self.program.impl_index.trait(trait) is None:
                        found.setdefault(entry.item.name, []).append(trait)
        return found

    def declaring(self, name: str) -> tuple[str, ...]:
        """Traits, of any crate that is read and of std, that declare a function of that name."""
        found = self._declaring.get(name)
        if found is None:
            paths = [*self.own.get(name, ())]
            for program in self.program.dependencies.values():
                paths.extend(program.typing.traits.declaring(name))
            paths.extend(self.program.standard.traits_with(name))
            paths.extend(self._unread.get(name, ()))
            found = self._declaring[name] = tuple(dict.fromkeys(paths))
        return found

    def visible(self, module: int, path: str) -> bool:
        """Whether a module can call a trait's methods: it is declared, imported or in the prelude there."""
        if path in self._prelude:
            return True
        key = (module, path)
        found = self._visible.get(key)
        if found is None:
            found = self._visible[key] = any(
                self._in_module(scope.index, path) for scope in module_chain(self.program.modules, module)
            )
        return found

    def _in_module(self, module: int, path: str) -> bool:
        names = self.program.names
        last = path.rpartition("::")[2]
        if any(definition.path == path for definition, _, _ in names.lookup(module, last, "types")):
            return True
        at = self.program.modules[module]
        return any(
            self._imports(binding, module, path)
            for name, bindings in at.uses.items()
            for binding in bindings
            if name == "_"
            or (binding.use is not None and binding.use.target.rpartition("::")[2] == last != name)
        ) or any(self._through_glob(binding, module, path) for binding in at.globs)

    def _imports(self, binding: Binding, module: int, path: str) -> bool:
        if binding.use is None:
            return False
        found = self.program.names.candidates(binding.use.target, module, "types", absolute=True)
        return any(definition.path == path for definition in found)

    def _through_glob(self, binding: Binding, module: int, path: str) -> bool:
        """Traits that a glob brings as `_`: `pub use Trait as _` of a prelude."""
        for target in self.program.names.glob_targets(binding, module):
            if target.kind != "module" or target.index < 0 or target.crate == "std":
                continue
            owner = self.program.crate(target.crate)
            if any(
                owner.typing.traits._imports(hidden, target.index, path)  # noqa: SLF001 - the same class
                for hidden in owner.modules[target.index].uses.get("_", ())
            ):
                return True
        return False
