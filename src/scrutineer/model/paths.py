"""Names of items as reports give them: `crate::module::Type::method`, `impl Send for Type<T>`."""

from __future__ import annotations

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Function, ImplItem, Item, MacroDefinition, TypeItem, ValueItem
from scrutineer.model.target import CrateUnit
from scrutineer.model.types import TypeRef


def module_path(crate: CrateUnit, path: str) -> str:
    """Module path of a file, crate name first, as the file system suggests it.

    `#[path]` and modules declared inside inline modules need the crate seen whole; this is what a reader of
    the file list would guess.
    """
    if path == crate.root:
        return crate.name
    folder = crate.root.rpartition("/")[0]
    inside = path.removeprefix(f"{folder}/") if folder else path
    steps = inside.removesuffix(".rs").split("/")
    if steps[-1] == "mod" and len(steps) > 1:
        steps.pop()
    return "::".join([crate.name, *steps])


def type_name(type_: TypeRef) -> str:
    """The type without its module and generic arguments; of other than a named type, as written."""
    return type_.last if type_.kind == "path" else str(type_)


def join_path(*steps: str) -> str:
    """Steps joined by `::`, empty ones left out."""
    return "::".join(step for step in steps if step)


def item_path(facts: FileFacts, item: Item, module: str) -> str:
    """Path of any item of a file whose module path is given."""
    if isinstance(item, ImplItem):
        return item.name
    if isinstance(item, MacroDefinition):
        return join_path(module, item.scope, f"{item.name}!")
    if isinstance(item, (Function, TypeItem, ValueItem)):
        return join_path(_owner_path(facts, item, module), item.name)
    return join_path(module, item.scope, item.name)


def _owner_path(facts: FileFacts, item: Function | TypeItem | ValueItem, module: str) -> str:
    if item.impl_ >= 0:
        owner = facts.impls[item.impl_]
        name = type_name(owner.type)
        if owner.trait is not None:
            name = f"<{name} as {owner.trait.last}>"
        return join_path(module, owner.scope, name)
    if item.trait >= 0:
        trait = facts.traits[item.trait]
        return join_path(module, trait.scope, trait.name)
    if isinstance(item, Function) and item.parent >= 0:
        return item_path(facts, facts.functions[item.parent], module)
    return join_path(module, item.scope)
