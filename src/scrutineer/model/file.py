"""What one source file says: its items, unsafe blocks and bodies, and how much of it could be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from scrutineer.model.body import Body, Skeleton
from scrutineer.model.items import (
    Attribute,
    ExternBlock,
    Function,
    ImplItem,
    MacroCall,
    MacroDefinition,
    ModuleItem,
    SafetyComment,
    TraitItem,
    TypeItem,
    UnsafeBlock,
    UseItem,
    ValueItem,
)
from scrutineer.model.span import LineTable, Span


class Rewrite(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Bytes that were normalised to the same length before parsing, because the grammar lacks the construct."""

    construct: str
    span: Span


class FileCoverage(msgspec.Struct, frozen=True, gc=False):
    """How much of a file the parser understood: spans with errors, and what was rewritten for it."""

    errors: tuple[Span, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


class Inventory(msgspec.Struct, frozen=True, gc=False):
    """Counts of one file or of a sum of files; lines are code lines, without comments and blanks."""

    unsafe_blocks: int = 0
    unsafe_fns: int = 0
    unsafe_impls: int = 0
    unsafe_traits: int = 0
    extern_blocks: int = 0
    unsafe_candidates: int = 0
    code_lines: int = 0
    unsafe_lines: int = 0
    documented_blocks: int = 0
    unsafe_sites: int | msgspec.UnsetType = msgspec.UNSET  # unsafe operations, where bodies were resolved
    unknown_sites: int | msgspec.UnsetType = msgspec.UNSET  # operations that may be unsafe or not


def total(inventories: Iterable[Inventory]) -> Inventory:
    """The sum of inventories."""
    columns = zip(*map(msgspec.structs.astuple, inventories), strict=True)
    sums: Iterator[Any] = map(_sum, columns)
    return Inventory(*sums)


def _sum(counts: Iterable[int | msgspec.UnsetType]) -> int | msgspec.UnsetType:
    """The sum, unset where any count is."""
    known = list(counts)
    whole = [count for count in known if count is not msgspec.UNSET]
    return sum(whole) if len(whole) == len(known) else msgspec.UNSET


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything recorded of one file. Lists are in source order; records refer to each other by index."""

    path: str  # relative to the target, with forward slashes
    digest: str
    size: int
    lines: LineTable
    coverage: FileCoverage = FileCoverage()
    attributes: tuple[Attribute, ...] = ()  # inner attributes of the file
    modules: tuple[ModuleItem, ...] = ()
    uses: tuple[UseItem, ...] = ()
    functions: tuple[Function, ...] = ()
    types: tuple[TypeItem, ...] = ()
    traits: tuple[TraitItem, ...] = ()
    impls: tuple[ImplItem, ...] = ()
    values: tuple[ValueItem, ...] = ()
    extern_blocks: tuple[ExternBlock, ...] = ()
    macro_definitions: tuple[MacroDefinition, ...] = ()
    macro_calls: tuple[MacroCall, ...] = ()
    unsafe_blocks: tuple[UnsafeBlock, ...] = ()
    safety_comments: tuple[SafetyComment, ...] = ()  # those attached to nothing unsafe
    skeletons: tuple[Skeleton, ...] = ()  # parallel to functions; empty until bodies are read
    bodies: tuple[Body, ...] = ()  # lowered at once; `Body.function` says whose each is
    inventory: Inventory = Inventory()
