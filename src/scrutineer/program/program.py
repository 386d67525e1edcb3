"""One crate seen whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property

from scrutineer.model.file import FileFacts
from scrutineer.model.span import Span
from scrutineer.model.target import CrateUnit
from scrutineer.program.bodies import Bodies
from scrutineer.program.callgraph import CallGraph
from scrutineer.program.constants import AssociatedConstants
from scrutineer.program.entries import (
    AnyEntry,
    Definition,
    FunctionEntry,
    TraitEntry,
    TypeEntry,
)
from scrutineer.program.expansion import ExpandedFile, expanded_files, filled_calls
from scrutineer.program.impls import ImplIndex
from scrutineer.program.index import ItemIndex
from scrutineer.program.macros import Macros, Read
from scrutineer.program.names import Names, Namespace
from scrutineer.program.paths import canonical_path
from scrutineer.program.properties import TypeProperties
from scrutineer.program.scope import Scope
from scrutineer.program.tables import standard
from scrutineer.program.tree import ModuleTree, root_name
from scrutineer.program.types import TypeResolver
from scrutineer.program.typing.kept import Typing
from scrutineer.program.visibility import Visibility
from scrutineer.syntax.parse import NotReadableError


def _no_source(path: str) -> bytes:
    raise NotReadableError(f"{path}: its source is not at hand")


class Program:
    """A crate's items, modules and names. Building it reads no bodies and resolves nothing; all else is lazy.

    `dependencies` are programs of crates that were read in the same run, by the name that this crate gives
    them. `root` is the first segment of every canonical path of the crate: its name, or `crate` where a
    dependency has that name already (a binary beside its library). `read` gives the bytes of a file: without
    it, only bodies that the worker lowered are known.
    """

    def __init__(
        self,
        unit: CrateUnit,
        files: Sequence[FileFacts],
        dependencies: Mapping[str, Program] | None = None,
        read: Read | None = None,
    ) -> None:
        self.unit = unit
        self.dependencies = dict(dependencies or {})
        self.root = root_name(unit, self.dependencies)
        outer: dict[str, Macros] = {name: program.macros for name, program in self.dependencies.items()}
        texts: dict[str, bytes] = {}
        source = cache(read or _no_source)
        outside = frozenset({"std", "core", "alloc", *unit.extern_prelude}) - {unit.name}
        self.macros: Macros = Macros(files, lambda path: texts.get(path) or source(path), outer, outside)
        self.expansions = expanded_files(files, self.macros, unit.edition)
        texts.update((each.facts.path, each.text) for each in self.expansions)
        self.written = len(files)  # files from here on are expansions of macros
        self.tree = ModuleTree(unit, files, self.root, self.expansions)
        self.files = self.tree.files
        self.bodies = Bodies(self.macros, int(unit.edition))
        self.items = ItemIndex(self.tree, filled_calls(files, self.expansions))
        self.modules = self.tree.modules  # 0 is the crate's root
        self.functions = self.items.functions  # free functions, methods, trait methods, foreign functions
        self.types = self.items.types  # structs, enums, unions, aliases; associated types too
        self.traits = self.items.traits
        self.impls = self.items.impls
        self.values = self.items.values  # consts and statics
        self.standard = standard()
        inner: dict[str, Names] = {name: program.names for name, program in self.dependencies.items()}
        self.names: Names = Names(unit, self.tree.modules, self.items.types, inner, self.standard)
        self.resolver = TypeResolver(self)
        self.impl_index = ImplIndex(self)
        self.constants = AssociatedConstants(self.impl_index)
        self.properties = TypeProperties(self.impl_index)
        self.typing = Typing(self)
        self.call_graph = CallGraph(self)
        self.visibility = Visibility(self)
        self.kept: dict[object, object] = {}  # answers of functions about it: program/memo.py

    @property
    def unreached(self) -> list[str]:
        """Files that no `mod` leads to."""
        return [self.files[number].path for number in self.tree.unreached]

    def start(self, file: int, table: str) -> int:
        """Index of a file's first item in a table: an index inside the file plus this is one of the program."""
        return self.items.starts[file][table]

    def function_of(self, file: int, number: int) -> FunctionEntry:
        """The function that a record of a file names by its index there."""
        return self.functions[self.items.starts[file]["functions"] + number]

    def written_at(self, file: int, span: Span) -> tuple[int, Span]:
        """Where a person finds something: of an expansion, the invocation in the file that holds it."""
        while file >= self.written:
            made = self.expansions[file - self.written]
            file, span = made.parent, made.call
        return file, span

    @cached_property
    def expanded(self) -> dict[str, ExpandedFile]:
        """Expansions by the path of the file that each became."""
        return {made.facts.path: made for made in self.expansions}

    @cached_property
    def impl_aliases(self) -> dict[int, int]:
        """Impls that only hold members which a macro writes, by index, with the impl they belong to."""
        found: dict[int, int] = {}
        for number, each in enumerate(self.expansions, start=self.written):
            if each.impl_ >= 0 and each.facts.impls:
                owner = self.start(each.parent, "impls") + each.impl_
                found[self.start(number, "impls")] = found.get(owner, owner)
        return found

    def crate(self, key: str) -> Program:
        """The program that a definition's `crate` tells: "" is this one, `a/b` what `a` calls `b`."""
        program = self
        for name in key.split("/") if key else ():
            program = program.dependencies[name]
        return program

    def crate_of(self, path: str) -> Program | None:
        """The program that a canonical path lies in, if it was read."""
        first = path.partition("::")[0]
        return self if first == self.root else self.programs_by_root.get(first)

    def resolve(self, path: str, scope: Scope, namespace: Namespace = "types") -> Definition:
        """What a path names where it is written; kind `unknown` if that cannot be told."""
        first, _, rest = path.partition("::")
        if first == "Self":
            return Definition("self", first, rest=tuple(rest.split("::")) if rest else ())
        if first in scope.types and (namespace == "types" or rest):
            return Definition("param", first, rest=tuple(rest.split("::")) if rest else ())
        if not rest and first in scope.consts:
            return Definition("const_param", first)
        return self.names.resolve(path, scope.module, namespace, scope.cfg)

    def type_entry(self, path: str) -> tuple[Program, TypeEntry] | None:
        """The declaration of a type by canonical path, with the program that it stands in."""
        owner = self.crate_of(path)
        if owner is None:
            return None
        return next(((owner, entry) for entry in owner.type_paths.get(path, ())), None)

    def find(self, path: str) -> list[AnyEntry]:
        """Items of this crate by path, with `crate` or the crate's name in front; several under cfg variants."""
        if path.startswith("crate::"):
            path = self.root + path.removeprefix("crate")
        return self._by_path.get(path, [])

    @cached_property
    def programs_by_root(self) -> dict[str, Program]:
        """Everything this crate depends on that was read, also indirectly, by the first segment of its paths."""
        found: dict[str, Program] = {}
        for program in self.dependencies.values():
            found = {**program.programs_by_root, program.root: program, **found}
        return found

    @cached_property
    def has_item_holes(self) -> bool:
        """Whether macros stand where items do, that may declare more than was read; also of dependencies."""
        holes = (hole for module in self.modules for hole in module.holes)
        own = any(hole not in self.items.filled for hole in holes)
        return own or any(program.has_item_holes for program in self.dependencies.values())

    @cached_property
    def type_paths(self) -> dict[str, list[TypeEntry]]:
        """Types of this crate by canonical path, several under cfg variants."""
        found: dict[str, list[TypeEntry]] = {}
        for entry in self.types:
            if entry.item.impl_ < 0 and entry.item.trait < 0:
                found.setdefault(canonical_path(self, entry), []).append(entry)
        return found

    @cached_property
    def trait_paths(self) -> dict[str, TraitEntry]:
        """Traits of this crate by canonical path."""
        return {canonical_path(self, entry): entry for entry in reversed(self.traits)}

    @cached_property
    def _by_path(self) -> dict[str, list[AnyEntry]]:
        found: dict[str, list[AnyEntry]] = {}
        tables: tuple[Sequence[AnyEntry], ...] = (self.functions, self.types, self.traits, self.values)
        for table in tables:
            for entry in table:
                found.setdefault(canonical_path(self, entry), []).append(entry)
        return found
