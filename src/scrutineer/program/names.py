"""Name resolution: what a path means in a module, through `use`, globs, re-exports, preludes and crates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from scrutineer.model.target import CrateUnit
from scrutineer.model.types import PRIMITIVES
from scrutineer.program.cfg import compatible, expected, usual_features
from scrutineer.program.cycles import Cycles
from scrutineer.program.entries import NOTHING, Binding, Definition, Module, TypeEntry, renamed_crates
from scrutineer.program.generated import headers_of
from scrutineer.program.index import module_chain
from scrutineer.program.library import library_definition, prelude
from scrutineer.program.privacy import is_visible
from scrutineer.program.seen import of_crate, under

if TYPE_CHECKING:
    from scrutineer.program.tables import Standard

Namespace = Literal["types", "values", "macros"]
Found = tuple[tuple[Definition, str, int], ...]
"""Definitions with their visibility and the module that the visibility counts from."""


class Names:
    """Resolves paths in the modules of one crate. Answers are cached; cycles of `use` end in nothing."""

    def __init__(
        self,
        unit: CrateUnit,
        modules: list[Module],
        types: list[TypeEntry],
        dependencies: Mapping[str, Names],
        standard: Standard,
    ) -> None:
        self.unit = unit
        self.modules = modules
        self.types = types
        self.dependencies = dependencies
        self.standard = standard
        self.root = modules[0].path
        self._found: Cycles[tuple[int, str, str, bool], Found] = Cycles(())
        self._resolved: dict[tuple[str, int, str, str, bool], Definition] = {}
        self._globs: dict[tuple[str, int, str], tuple[Definition, ...]] = {}
        self._prelude = prelude(standard, unit.edition)
        self._features = frozenset(unit.features)
        self._default_features = frozenset(unit.default_features)
        self._extern = {*unit.extern_prelude, "std", "core", *dependencies}
        self._renamed = renamed_crates(modules[0])

    def of(self, crate: str) -> Names:
        """Names of the crate that a definition's `crate` tells: "" is this one, `a/b` what `a` calls `b`."""
        names = self
        for name in crate.split("/") if crate else ():
            names = names.dependencies[name]
        return names

    def resolve(
        self, path: str, module: int, namespace: Namespace = "types", cfg: str = "", *, absolute: bool = False
    ) -> Definition:
        """What a path names, seen from a module; `absolute` reads it as edition 2015 reads `use`."""
        key = (path, module, namespace, cfg, absolute)
        found = self._resolved.get(key)
        if found is None:
            found = self._preferred(self.candidates(path, module, namespace, cfg, absolute=absolute), cfg)
            if found.kind == "module" and path in PRIMITIVES:  # `use std::str;` does not hide the type
                found = Definition("primitive", path, "std")
            if not self._found.is_open:
                self._resolved[key] = found
        return found

    def _preferred(self, candidates: Iterator[Definition], cfg: str) -> Definition:
        """The first meaning that a build with default features has, else that an ordinary build has, else the first."""
        first = ordinary = NOTHING
        for found in candidates:
            if expected(found.cfg, cfg):
                if usual_features(found.cfg, cfg, self._features, self._default_features):
                    return found
                ordinary = found if ordinary is NOTHING else ordinary
            first = found if first is NOTHING else first
        return first if ordinary is NOTHING else ordinary

    def candidates(
        self, path: str, module: int, namespace: Namespace = "types", cfg: str = "", *, absolute: bool = False
    ) -> Iterator[Definition]:
        """Every meaning whose predicate is compatible with `cfg`, those of nearest scope first."""
        segments = path.split("::")
        for start, used in self._first(segments, module, namespace, absolute=absolute):
            for found in self._walk(start, segments[used:], namespace, module):
                if compatible(found.cfg, cfg):
                    yield found

    def _first(
        self, segments: list[str], module: int, namespace: Namespace, *, absolute: bool
    ) -> Iterator[tuple[Definition, int]]:
        """Meanings of the beginning of a path, with how many segments it took."""
        name = segments[0]
        if name in ("crate", "$crate"):
            yield Definition("module", self.root, "", 0), 1
            return
        if name in ("self", "super"):
            yield self._relative(segments, module)
            return
        if name == "":
            name = segments[1] if len(segments) > 1 else ""
            yield from ((found, 2) for found in self._external(name))
            if self.unit.edition == "2015":
                yield Definition("module", self.root, "", 0), 1
            return
        wanted: Namespace = namespace if len(segments) == 1 else "types"
        if absolute and self.unit.edition == "2015":
            yield Definition("module", self.root, "", 0), 0
        for scope in module_chain(self.modules, module):
            yield from ((found[0], 1) for found in self.lookup(scope.index, name, wanted))
        if wanted == "types":
            yield from ((found, 1) for found in self._external(name))
        known = self._prelude.get(name + "!" if wanted == "macros" else name)
        if known is not None:
            yield library_definition(self.standard, known), 1
        if wanted == "types" and name in PRIMITIVES:
            yield Definition("primitive", name, "std"), 1

    def _relative(self, segments: list[str], module: int) -> tuple[Definition, int]:
        at = next(scope.index for scope in module_chain(self.modules, module) if not scope.block)
        used = 1 if segments[0] == "self" else 0
        while used < len(segments) and segments[used] == "super":
            used += 1
            at = self.modules[at].parent
            while at > 0 and self.modules[at].block:
                at = self.modules[at].parent
        return Definition("module", self.modules[at].path if at >= 0 else "", "", at), used

    def _external(self, name: str) -> Iterator[Definition]:
        """A crate of the extern prelude; `extern crate` in the root adds to it."""
        name = self._renamed.get(name, name)
        if name == "self":
            yield Definition("module", self.root, "", 0)
            return
        if name in self.dependencies:
            yield Definition("module", self.dependencies[name].root, name, 0)
        elif name in ("std", "core") or (
            name == "alloc" and (name in self._extern or name in self._renamed.values())
        ):
            yield Definition("module", name, "std")
        elif name in self._extern or name in self._renamed.values():
            yield Definition("external", name)

    def _walk(
        self, start: Definition, segments: list[str], namespace: Namespace, viewer: int
    ) -> Iterator[Definition]:
        if not segments:
            yield start
            return
        name, *rest = segments
        match start.kind:
            case "module" if start.crate == "std":
                yield from self._walk_library(start, name, rest, namespace, viewer)
            case "module":
                names = self.of(start.crate)
                if start.index < 0:
                    return
                wanted: Namespace = "types" if rest else namespace
                known = names.lookup(start.index, name, wanted)
                for found, visibility, _ in known:
                    if not start.crate or visibility == "pub":
                        seen = of_crate(found, start.crate)
                        yield from self._walk(seen, rest, namespace, viewer)
                if not known and wanted == "values" and (made := headers_of(names, start.index)):
                    yield Definition("external", f"{made}::{name}")
            case "external":
                yield Definition("external", "::".join([start.path, *segments]))
            case "type":
                yield self._member(start, segments)
            case "primitive" | "trait" | "param" | "self" | "variant":
                yield Definition(start.kind, start.path, start.crate, start.index, start.cfg, tuple(segments))
            case _:
                return

    def _walk_library(
        self, start: Definition, name: str, rest: list[str], namespace: Namespace, viewer: int
    ) -> Iterator[Definition]:
        inner = f"{start.path}::{name}"
        names = self.standard.module(start.path) or {}
        found = names.get(name + "!" if namespace == "macros" and not rest else name)
        if self.standard.module(inner) is not None and (rest or found is None):
            yield from self._walk(Definition("module", inner, "std"), rest, namespace, viewer)
        elif found is not None:
            yield from self._walk(library_definition(self.standard, found), rest, namespace, viewer)
        elif inner.removeprefix("std").removeprefix("core").startswith("::arch"):  # too large for the tables
            yield Definition("external", "::".join([inner, *rest]))

    def _member(self, start: Definition, segments: list[str]) -> Definition:
        """A path into a type: a variant of an enum, or something only types can resolve."""
        if start.crate == "std":
            declaration = self.standard.declaration(start.path)
            variants = [variant.name for variant in declaration.variants] if declaration else []
        else:
            names = self.of(start.crate)
            variants = [variant.name for variant in names.types[start.index].item.variants]
        if segments[0] in variants:
            path = f"{start.path}::{segments[0]}"
            return Definition("variant", path, start.crate, start.index, start.cfg, tuple(segments[1:]))
        return Definition(start.kind, start.path, start.crate, start.index, start.cfg, tuple(segments))

    def lookup(self, module: int, name: str, namespace: Namespace, *, outside: bool = False) -> Found:
        """What a name means in a module: declared there, imported by name, or by a glob, in that order.

        Asked from `outside`, the module's private globs are not followed: nobody there sees what they bring.
        """
        key = (module, name, namespace, outside)
        return self._found.ask(key, lambda: self._lookup(self.modules[module], name, namespace, outside))

    def _lookup(self, module: Module, name: str, namespace: Namespace, outside: bool) -> Found:
        found = self.named(module, name, namespace)
        if not found:
            for binding in module.globs:
                if outside and not binding.visibility:
                    continue
                brought = self._through_glob(binding, module, name, namespace)
                found.extend((under(target, binding.cfg), seen, owner) for target, seen, owner in brought)
        return tuple(dict.fromkeys(found))

    def named(self, module: Module, name: str, namespace: Namespace) -> list[tuple[Definition, str, int]]:
        """What a module itself declares or imports under a name; no glob is followed."""
        declared: dict[str, list[Binding]] = getattr(module, namespace)
        found = [(b.definition, b.visibility, module.index) for b in declared.get(name, ()) if b.definition]
        for binding in module.uses.get(name, ()):
            found.extend(
                (under(target, binding.cfg), binding.visibility, module.index)
                for target in self._imported(binding, module.index, namespace)
            )
        return found

    def _imported(self, binding: Binding, module: int, namespace: Namespace) -> Iterator[Definition]:
        use = binding.use
        if use is None:
            return
        if use.extern_crate:
            if use.target in ("std", "core", "alloc"):
                yield Definition("module", use.target, "std")
            else:
                yield from self._external(use.target)
            return
        target = use.target.removesuffix("::self")
        yield from self.candidates(target, module, namespace, binding.cfg, absolute=True)

    def _through_glob(
        self, binding: Binding, module: Module, name: str, namespace: Namespace
    ) -> Iterator[tuple[Definition, str, int]]:
        if binding.use is None:
            return
        for found in self.glob_targets(binding, module.index):
            if found.kind == "type":
                inner = self._member(found, [name])
                if inner.kind == "variant":
                    yield inner, binding.visibility, module.index
            elif found.kind == "module" and found.crate == "std":
                known = (self.standard.module(found.path) or {}).get(
                    name + "!" if namespace == "macros" else name
                )
                if known is not None:
                    yield library_definition(self.standard, known), binding.visibility, module.index
            elif found.kind == "module" and found.index >= 0:
                names = self.of(found.crate)
                outside = bool(found.crate) or not is_visible(self, "", found.index, module.index)
                for inner, visibility, owner in names.lookup(found.index, name, namespace, outside=outside):
                    if found.crate and visibility == "pub":
                        seen = of_crate(inner, found.crate)
                        yield seen, binding.visibility, module.index
                    elif not found.crate and is_visible(self, visibility, owner, module.index):
                        yield inner, binding.visibility, module.index

    def glob_targets(self, binding: Binding, module: int) -> tuple[Definition, ...]:
        """Modules and enums whose names a glob import brings."""
        target = binding.use.target.removesuffix("::*") if binding.use else ""
        key = (target, module, binding.cfg)
        known = self._globs.get(key)
        if known is not None:
            return known
        found, cut = self._found.whole(
            lambda: tuple(self.candidates(target, module, "types", binding.cfg, absolute=True))
        )
        if self._found.is_whole(cut):
            self._globs[key] = found
        return found
