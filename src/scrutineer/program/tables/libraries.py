"""Types of lock libraries, with the same questions as for std: `libraries().trait_impls("spin::MutexGuard")`."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

import msgspec

from scrutineer.program.tables.records import ItemKind
from scrutineer.program.tables.standard import Standard, Table

_SHORT = {"{S}": "core::marker::Send", "{Y}": "core::marker::Sync", "{Z}": "?core::marker::Sized"}

LIBRARIES = frozenset(
    {"lock_api", "parking_lot", "spin", "tokio", "futures", "once_cell", "crossbeam_utils", "crossbeam_epoch"}
)
"""First segments of the paths of its types."""


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    declaration: str
    kind: ItemKind = "struct"
    paths: tuple[str, ...] = ()
    inherent: tuple[tuple[str, ...], ...] = ()
    traits: tuple[tuple[str, ...], ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item: tuple[_Item, ...]


@cache
def libraries() -> Standard:
    """The table, read on first use. A crate that was read as source knows better: ask this only for others."""
    text = (files(__package__) / "libraries.toml").read_text(encoding="utf-8")
    for short, path in _SHORT.items():
        text = text.replace(short, path)
    items = msgspec.toml.decode(text, type=_File).item
    modules: dict[str, dict[str, str]] = defaultdict(dict)
    for item in items:
        for path in (item.path, *item.paths):
            module, _, name = path.rpartition("::")
            modules[module][name] = item.path
    return Standard(
        Table(
            version="",
            modules=dict(modules),
            universal=(),
            providers={},
            items={item.path: msgspec.Raw(msgspec.json.encode(item)) for item in items},
        )
    )
