"""Tables of a crate's items, and the names that each module declares."""

from __future__ import annotations

from collections.abc import Iterable

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Function, Item, TypeItem, UseItem, ValueItem
from scrutineer.program.cfg import conjunction
from scrutineer.program.entries import (
    Binding,
    Definition,
    DefinitionKind,
    Entry,
    FunctionEntry,
    ImplEntry,
    Module,
    Record,
    TraitEntry,
    TypeEntry,
    ValueEntry,
)
from scrutineer.program.generated import holds_declarations
from scrutineer.program.tree import ModuleTree, is_template


class ItemIndex:
    """All items of a crate, numbered over its files; building it fills the modules' names.

    `filled` are macro calls, as (file, number), that were expanded: what was read in their arguments only looks
    like items, and is not declared.
    """

    def __init__(self, tree: ModuleTree, filled: frozenset[tuple[int, int]] = frozenset()) -> None:
        self.tree = tree
        self.filled = filled
        self.functions: list[FunctionEntry] = []
        self.types: list[TypeEntry] = []
        self.traits: list[TraitEntry] = []
        self.impls: list[ImplEntry] = []
        self.values: list[ValueEntry] = []
        self.starts: list[dict[str, int]] = []
        for number, facts in enumerate(tree.files):
            self._add_file(number, facts)

    def _add_file(self, number: int, facts: FileFacts) -> None:
        self.starts.append(
            {
                "functions": len(self.functions),
                "types": len(self.types),
                "traits": len(self.traits),
                "impls": len(self.impls),
                "values": len(self.values),
            }
        )
        self._add_modules(number, facts)
        self._add_uses(number, facts.uses)
        self._add(number, facts.impls, self.impls)
        self._declare(self._add(number, facts.traits, self.traits), "trait")
        self._declare(self._add(number, facts.types, self.types), "type")
        self._declare(self._add(number, facts.functions, self.functions), "function")
        self._declare(self._add(number, facts.values, self.values), "value")
        self._add_macros(number, facts)

    def is_replaced(self, file: int, item: Item) -> bool:
        """Whether an item was read in the arguments of a macro call that was expanded."""
        at = item.macro
        while at >= 0:
            if (file, at) in self.filled:
                return True
            at = self.tree.files[file].macro_calls[at].macro
        return False

    def _add(self, number: int, items: Iterable[Record], into: list[Entry[Record]]) -> list[Entry[Record]]:
        start = len(into)
        scope_of = self.tree.scope
        above = self.tree.file_cfg[number]
        for position, item in enumerate(items):
            module = scope_of(number, self._scope(number, item))
            cfg = conjunction(above, item.cfg)
            into.append(Entry(len(into), number, position, module, item, cfg))
        return into[start:]

    def _scope(self, number: int, item: object) -> str:
        """Scope of the module that an item belongs to: of a member, that of its impl or trait."""
        facts = self.tree.files[number]
        if isinstance(item, Function | TypeItem | ValueItem):
            if item.impl_ >= 0:
                return facts.impls[item.impl_].scope
            if item.trait >= 0:
                return facts.traits[item.trait].scope
        scope: str = item.scope  # type: ignore[attr-defined] # every record of a file's items has one
        return scope

    def _declare(self, entries: Iterable[Entry[Record]], kind: DefinitionKind) -> None:
        for entry in entries:
            item = entry.item
            if isinstance(item, Function | TypeItem | ValueItem) and (item.impl_ >= 0 or item.trait >= 0):
                continue
            if is_template(item) or self.is_replaced(entry.file, item):
                continue
            module = self.tree.modules[entry.module]
            path = f"{module.path}::{item.name}"
            binding = Binding(Definition(kind, path, "", entry.index, entry.cfg), item.visibility, entry.cfg)
            if kind in ("type", "trait"):
                module.types.setdefault(item.name, []).append(binding)
            if kind in ("function", "value") or (isinstance(item, TypeItem) and item.form == "struct"):
                module.values.setdefault(item.name, []).append(binding)

    def _add_modules(self, number: int, facts: FileFacts) -> None:
        for item in facts.modules:
            if is_template(item) or self.is_replaced(number, item):
                continue
            parent = self.tree.modules[self.tree.scope(number, item.scope)]
            index = parent.children.get(item.name)
            if index is None:
                continue
            cfg = conjunction(self.tree.file_cfg[number], item.cfg)
            definition = Definition("module", self.tree.modules[index].path, "", index, cfg)
            parent.types.setdefault(item.name, []).append(Binding(definition, item.visibility, cfg))

    def _add_uses(self, number: int, uses: Iterable[UseItem]) -> None:
        above = self.tree.file_cfg[number]
        for item in uses:
            if item.definition >= 0 or self.is_replaced(number, item):
                continue
            module = self.tree.modules[self.tree.scope(number, item.scope)]
            binding = Binding(None, item.visibility, conjunction(above, item.cfg), item)
            if item.name == "*":
                module.globs.append(binding)
            else:
                module.uses.setdefault(item.name, []).append(binding)

    def _add_macros(self, number: int, facts: FileFacts) -> None:
        root = self.tree.modules[0]
        for position, item in enumerate(facts.macro_definitions):
            module = self.tree.modules[self.tree.scope(number, item.scope)]
            owner = root if item.exported else module
            definition = Definition("macro", f"{owner.path}::{item.name}!", "", position, item.cfg)
            visibility = "pub" if item.exported else item.visibility
            binding = Binding(definition, visibility, item.cfg)
            module.macros.setdefault(item.name, []).append(binding)
            if item.exported and module is not root:
                root.macros.setdefault(item.name, []).append(binding)
        for position, call in enumerate(facts.macro_calls):
            if call.position == "item" and (number, call.span) not in self.tree.included:
                module = self.tree.modules[self.tree.scope(number, call.scope)]
                module.holes.append((number, position))
                module.generated |= call.name == "include" and holds_declarations(module.name)


def module_chain(modules: list[Module], start: int) -> Iterable[Module]:
    """The module, and while it is the inside of a function those around it up to the first real module."""
    at = start
    while True:
        module = modules[at]
        yield module
        if not module.block:
            return
        at = module.parent
