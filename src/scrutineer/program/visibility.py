"""What the world outside a crate can name, and which functions lie inside the privacy boundary of a field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from scrutineer.model.items import Field, Function, TypeItem, ValueItem
from scrutineer.program.entries import AnyEntry, Definition, FunctionEntry, Module, TypeEntry
from scrutineer.program.names import Namespace
from scrutineer.program.privacy import is_inside

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_NAMESPACES: tuple[Namespace, ...] = ("types", "values", "macros")


class Boundary(msgspec.Struct, frozen=True):
    """How far a name can be used: a module with its descendants, the crate, or the world."""

    reach: Literal["module", "crate", "world"]
    module: int = 0


class Writer(msgspec.Struct, frozen=True):
    """A function that writes a field. `certain` is false where only the field's name tells."""

    function: int
    certain: bool


class Visibility:
    """Answers for one crate; the set of what is exported is computed at the first question."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._exported: frozenset[tuple[str, int]] | None = None

    def is_reachable(self, entry: AnyEntry) -> bool:
        """Whether code outside the crate can name the item, through re-exports too.

        A method is reachable with its type (if it is `pub`) or with its trait; members of trait impls always.
        """
        item = entry.item
        program = self.program
        if isinstance(item, Function | TypeItem | ValueItem):
            if item.trait >= 0:
                return ("trait", program.start(entry.file, "traits") + item.trait) in self.exported
            if item.impl_ >= 0:
                return self._member_reachable(entry, item)
        if not item.visibility.startswith("pub"):
            return False  # a public glob of its module does not bring it
        kind = {"Function": "function", "TypeItem": "type", "TraitItem": "trait", "ValueItem": "value"}
        return (kind.get(type(item).__name__, ""), entry.index) in self.exported

    def _member_reachable(self, entry: AnyEntry, item: Function | TypeItem | ValueItem) -> bool:
        scope = self.program.resolver.impl_scope(self.program.start(entry.file, "impls") + item.impl_)
        if scope.trait:
            return True
        if not item.visibility.startswith("pub") or scope.self_type is None:
            return False
        found = self.program.type_paths.get(scope.self_type.name, ())
        return any(("type", known.index) in self.exported for known in found)

    @property
    def exported(self) -> frozenset[tuple[str, int]]:
        """Items that a path of public names leads to, as (kind, index)."""
        if self._exported is None:
            self._exported = frozenset(self._walk())
        return self._exported

    def _walk(self) -> Iterator[tuple[str, int]]:
        """What public modules declare and import for all, and what public globs bring into them."""
        pending = [0]
        seen = {0}
        while pending:
            module = self.program.modules[pending.pop()]
            named = tuple(self._public(module))
            yield from ((found.kind, found.index) for found in named)
            for found in (*named, *self._public_globs(module)):
                if found.kind == "module" and found.index not in seen:
                    seen.add(found.index)
                    pending.append(found.index)

    def _public(self, module: Module) -> Iterator[Definition]:
        for namespace in _NAMESPACES:
            for name in {*getattr(module, namespace), *module.uses}:
                for found, visibility, _ in self.program.names.named(module, name, namespace):
                    if visibility == "pub" and not found.crate and found.index >= 0:
                        yield found

    def _public_globs(self, module: Module) -> Iterator[Definition]:
        for binding in module.globs:
            if binding.visibility == "pub":
                for found in self.program.names.glob_targets(binding, module.index):
                    if found.kind == "module" and not found.crate and found.index >= 0:
                        yield found

    def boundary(self, entry: TypeEntry, field: Field) -> Boundary:
        """Where a field can be named; a public field of a type that nobody outside can name stops at the crate."""
        visibility = field.visibility
        modules = self.program.modules
        module = entry.module
        if entry.item.form == "enum" or visibility.startswith("pub"):
            return Boundary("world") if self.is_reachable(entry) else Boundary("crate")
        if visibility.startswith("crate"):
            return Boundary("crate")
        if visibility.startswith("super"):
            module = max(modules[module].parent, 0)
        elif visibility.startswith("in "):
            found = self.program.names.resolve(visibility.removeprefix("in ").strip(), module)
            module = found.index if found.kind == "module" and not found.crate else 0
        return Boundary("module", module) if module else Boundary("crate")

    def inside(self, boundary: Boundary) -> Iterator[FunctionEntry]:
        """Functions of this crate from which a name with that boundary can be used."""
        for entry in self.program.functions:
            if boundary.reach != "module" or is_inside(self.program.modules, entry.module, boundary.module):
                yield entry
