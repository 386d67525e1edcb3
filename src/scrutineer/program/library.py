"""Bridges between names in source and the tables of the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrutineer.program.entries import Definition, DefinitionKind

if TYPE_CHECKING:
    from scrutineer.program.tables import Standard

_KINDS: dict[str, DefinitionKind] = {
    "struct": "type",
    "enum": "type",
    "union": "type",
    "type": "type",
    "primitive": "primitive",
    "trait": "trait",
    "traitalias": "trait",
    "fn": "function",
    "constant": "value",
    "static": "value",
    "macro": "macro",
}


def library_definition(standard: Standard, path: str) -> Definition:
    """Definition of a canonical path of the standard library."""
    if path.endswith("!"):
        return Definition("macro", path, "std")
    kind = standard.kind(path)
    if kind is not None:
        return Definition(_KINDS[kind], path, "std")
    owner = path.rpartition("::")[0]
    if standard.kind(owner) == "enum":
        return Definition("variant", path, "std")
    return Definition("module" if standard.module(path) is not None else "value", path, "std")


def prelude(standard: Standard, edition: str) -> dict[str, str]:
    """Names that are in scope everywhere, with their canonical paths; macros end in `!`."""
    names = dict(standard.module("std::prelude::v1") or {})
    if edition in ("2021", "2024"):
        names |= {"TryFrom": "core::convert::TryFrom", "TryInto": "core::convert::TryInto"}
        names["FromIterator"] = "core::iter::FromIterator"
    if edition == "2024":
        names |= {"Future": "core::future::Future", "IntoFuture": "core::future::IntoFuture"}
    enums = {
        "Some": "core::option::Option",
        "None": "core::option::Option",
        "Ok": "core::result::Result",
        "Err": "core::result::Result",
    }
    return names | {name: f"{path}::{name}" for name, path in enums.items()}
