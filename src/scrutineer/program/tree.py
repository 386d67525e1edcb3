"""The module tree of one crate: which file is which module, and what each module declares."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Sequence

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Item, ModuleItem
from scrutineer.model.span import Span
from scrutineer.model.target import CrateUnit
from scrutineer.program.cfg import conjunction
from scrutineer.program.entries import Module
from scrutineer.program.expansion import ExpandedFile

_PATH_ATTRIBUTE = re.compile(r'^\s*(.*?)\s*,\s*path\s*=\s*"([^"]+)"', re.DOTALL)


def root_name(unit: CrateUnit, taken: Container[str]) -> str:
    """First segment of every canonical path of a crate; `taken` are names of crates that it depends on.

    Its name, or `crate` where it has none or a dependency has that name already (a binary beside its library).
    """
    named = unit.kind in ("lib", "proc-macro", "kernel") and unit.name not in taken
    return unit.name if named and unit.name else "crate"


class ModuleTree:
    """Modules of a crate by following `mod` from its root; `scopes` finds the module of an item of a file.

    A file that no `mod` reaches is in `unreached`; its items still get modules, below a name of their own, so
    that nothing is lost, but no path leads there.
    """

    def __init__(
        self, unit: CrateUnit, files: Sequence[FileFacts], root: str, expanded: Sequence[ExpandedFile] = ()
    ) -> None:
        self.files = (*files, *(each.facts for each in expanded))
        self.modules: list[Module] = []
        self.unreached: list[int] = []
        self.file_cfg: list[str] = [""] * len(
            self.files
        )  # predicates of the declarations that lead to each file
        self.scopes: list[dict[str, int]] = [{} for _ in self.files]
        self._numbers = {facts.path: number for number, facts in enumerate(files)}
        self.included: set[tuple[int, Span]] = set()  # `include!`s of files that were read
        self._placed: set[int] = set()
        self.module(-1, "", root)
        if unit.kind == "loose":
            self._place_loose(unit)
        elif unit.root in self._numbers:
            self._place(self._numbers[unit.root], 0, posixpath.dirname(unit.root))
        for number, facts in enumerate(files):
            if number not in self._placed:
                self.unreached.append(number)
                stem = posixpath.splitext(facts.path)[0].replace("/", "::")
                self._place(
                    number, self.module(0, stem, f"{root}::{{{facts.path}}}").index, _folder(facts.path)
                )

        for number, each in enumerate(expanded, start=len(files)):
            self.file_cfg[number] = conjunction(self.file_cfg[each.parent], each.cfg)
            self._place(
                number, self.scope(each.parent, each.scope_of_items), _folder(self.files[each.parent].path)
            )

    def module(self, parent: int, name: str, path: str, *, block: bool = False) -> Module:
        """Add a module."""
        made = Module(len(self.modules), parent, name, path, block=block)
        self.modules.append(made)
        return made

    def _place_loose(self, unit: CrateUnit) -> None:
        for path in unit.loose:
            number = self._numbers.get(path)
            if number is None:
                continue
            into = self.modules[0]
            if len(unit.loose) > 1:
                stem = posixpath.splitext(posixpath.basename(path))[0]
                into = self.module(0, stem, f"{into.path}::{stem}")
            self._place(number, into.index, posixpath.dirname(path))

    def _place(self, number: int, module: int, folder: str) -> None:
        """Make a file the content of a module; its nested files lie in `folder`."""
        pending = [(number, module, folder)]
        while pending:
            number, module, folder = pending.pop()
            self._placed.add(number)
            self.modules[module].files.append(number)
            scopes = self.scopes[number]
            scopes[""] = module
            folders = {"": folder}
            for item in self.files[number].modules:
                if is_template(item):
                    continue
                parent = self.scope(number, item.scope)
                child = self.modules[parent] if item.included else self._child(parent, item)
                base = folders.get(item.scope, folder)
                if item.inline:
                    scope = f"{item.scope}::{item.name}" if item.scope else item.name
                    scopes[scope] = child.index
                    folders[scope] = posixpath.join(base, item.path or item.name)
                    continue
                for path, inner, cfg in module_files(item, base, posixpath.dirname(self.files[number].path)):
                    found = self._numbers.get(path)
                    if found is not None and item.included:
                        self.included.add((number, item.span))
                    if found is not None and found not in self._placed:
                        self._placed.add(found)
                        self.file_cfg[found] = conjunction(self.file_cfg[number], cfg)
                        pending.append((found, child.index, inner))

    def _child(self, parent: int, item: ModuleItem) -> Module:
        """The module that a declaration names: variants under several predicates share one."""
        above = self.modules[parent]
        known = above.children.get(item.name)
        if known is not None:
            return self.modules[known]
        child = self.module(parent, item.name, f"{above.path}::{item.name}")
        child.visibility = item.visibility
        above.children[item.name] = child.index
        return child

    def scope(self, number: int, scope: str) -> int:
        """Module of the items of a file that stand in `scope`; a function with items inside is a block module."""
        scopes = self.scopes[number]
        found = scopes.get(scope)
        if found is not None:
            return found
        outer, _, name = scope.rpartition("::")
        parent = self.scope(number, outer)
        made = self.module(parent, name, f"{self.modules[parent].path}::{name}", block=True)
        scopes[scope] = made.index
        return made.index


def _folder(path: str) -> str:
    """Where the nested modules of a file lie that nothing declares."""
    folder, _, name = path.rpartition("/")
    return (
        folder
        if name in {"mod.rs", "lib.rs", "main.rs"}
        else posixpath.join(folder, name.removesuffix(".rs"))
    )


def module_files(item: ModuleItem, base: str, file_folder: str) -> Iterator[tuple[str, str, str]]:
    """Files that `mod name;` may mean, each with the folder of its own nested modules and its predicate.

    `base` is the folder of the module it stands in, `file_folder` that of the file. Rust reference, chapter Modules:
    `#[path]` inside an inline module counts from the module's folder; `include!` always from the file's.
    """
    if item.scope and not item.included:
        file_folder = base
    written = [(item.cfg, item.path)] if item.path else []
    for attribute in item.attributes:
        found = _PATH_ATTRIBUTE.match(attribute.arguments) if attribute.path == "cfg_attr" else None
        if found:
            written.append((conjunction(item.cfg, found[1]), found[2]))
    for cfg, name in written:
        path = posixpath.normpath(posixpath.join(file_folder, name))
        yield path, posixpath.dirname(path), cfg
    if not item.path:
        nested = posixpath.join(base, item.name)
        yield f"{nested}.rs", nested, item.cfg
        yield f"{nested}/mod.rs", nested, item.cfg


def is_template(item: Item) -> bool:
    """Whether an item is only part of a macro definition, or has a name that a macro makes up."""
    return item.definition >= 0 or item.name.startswith("$")
