"""Canonical paths of a program's items: `crate_name::module::Type::method`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.model.paths import item_path

if TYPE_CHECKING:
    from scrutineer.program.entries import AnyEntry
    from scrutineer.program.program import Program


def canonical_path(program: Program, entry: AnyEntry) -> str:
    """Path of an item as reports write it, with the module that the crate's `mod` declarations give it."""
    module = program.modules[program.tree.scopes[entry.file][""]]
    return item_path(program.files[entry.file], entry.item, module.path)
