"""Instructions of processors: `core::arch`, from `arch.json`, which is read only when a path leads there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from scrutineer.program.tables.records import Signature
from scrutineer.program.tables.signature import read_member

_MODULES = ("core::arch::", "std::arch::")


@cache
def _table() -> dict[str, dict[str, str]]:
    data = (files(__package__) / "arch.json").read_bytes()
    table = msgspec.json.decode(data, type=dict[str, dict[str, str]])
    return table | {"x86_64": table["x86"] | table["x86_64"]}


def _parts(path: str) -> tuple[str, str] | None:
    """Architecture and name of a path into `core::arch` or `std::arch`."""
    start = next((module for module in _MODULES if path.startswith(module)), None)
    if start is None:
        return None
    arch, _, name = path.removeprefix(start).partition("::")
    return (arch, name) if arch in _table() else None


def arch_path(path: str) -> str | None:
    """Canonical path of an item under `core::arch`."""
    parts = _parts(path)
    return f"core::arch::{parts[0]}::{parts[1]}" if parts and parts[1] in _table()[parts[0]] else None


def arch_module(path: str) -> dict[str, str] | None:
    """Public names of the module of an architecture."""
    parts = _parts(path)
    if parts is None or parts[1]:
        return None
    return {name: f"core::arch::{parts[0]}::{name}" for name in _table()[parts[0]]}


def arch_kind(path: str) -> Literal["fn", "struct"] | None:
    """`fn`, or `struct` for vectors, constants and aliases; None for what is no such path."""
    parts = _parts(path)
    text = _table()[parts[0]].get(parts[1]) if parts else None
    return None if text is None else "fn" if text else "struct"


def arch_function(path: str) -> Signature | None:
    """Signature of an instruction; `features` are those that a caller must have, if it is to be safe."""
    parts = _parts(path)
    text = _table()[parts[0]].get(parts[1]) if parts else None
    return read_member(text.replace("~", f"core::arch::{parts[0]}::")) if parts and text else None
