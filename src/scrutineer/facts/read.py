"""One file: bytes to facts."""

from __future__ import annotations

from collections.abc import Container
from hashlib import blake2b
from typing import Any

from scrutineer.facts import comments, declarations, items, macros, operations, unsafety  # noqa: F401 - they register
from scrutineer.facts.attach import attach
from scrutineer.facts.bodies import lowered
from scrutineer.facts.draft import Draft, FileDraft
from scrutineer.facts.inventory import count
from scrutineer.facts.walk import walk
from scrutineer.model.file import FileCoverage, FileFacts
from scrutineer.model.items import (
    ExternBlock,
    Function,
    ImplItem,
    MacroCall,
    MacroDefinition,
    ModuleItem,
    TraitItem,
    TypeItem,
    UnsafeBlock,
    UseItem,
    ValueItem,
)  # fmt: skip
from scrutineer.model.span import line_table
from scrutineer.syntax.parse import parse


def read_file(
    path: str, text: bytes, edition: str = "2021", *, lower: bool = True, expanded: Container[str] = ()
) -> FileFacts:
    """Everything that one file says; raises NotReadableError with the reason where it cannot be read.

    `lower=False` leaves bodies out. `expanded` are names of macros whose calls will be expanded where items stand:
    their arguments are not read.
    """
    parsed = parse(text)
    draft = FileDraft(parsed)
    draft.expanded = expanded
    walk(draft)
    safety_comments = attach(draft)
    lines = line_table(text)
    inventory = count(draft, lines)
    bodies = lowered(draft, edition) if lower else ()
    return FileFacts(
        path=path,
        digest=blake2b(text, digest_size=16).hexdigest(),
        size=len(text),
        lines=lines,
        coverage=FileCoverage(parsed.errors, parsed.rewrites),
        attributes=tuple(draft.inner),
        modules=_records(ModuleItem, draft.modules),
        uses=_records(UseItem, draft.uses),
        functions=_records(Function, draft.functions),
        types=_records(TypeItem, draft.types),
        traits=_records(TraitItem, draft.traits),
        impls=_records(ImplItem, draft.impls),
        values=_records(ValueItem, draft.values),
        extern_blocks=_records(ExternBlock, draft.extern_blocks),
        macro_definitions=_records(MacroDefinition, draft.macro_definitions),
        macro_calls=_records(MacroCall, draft.macro_calls),
        unsafe_blocks=_records(UnsafeBlock, draft.unsafe_blocks),
        safety_comments=safety_comments,
        skeletons=tuple(calls.skeleton() for calls in draft.skeletons),
        bodies=bodies,
        inventory=inventory,
    )


def _records(record: Any, drafts: list[Draft]) -> tuple[Any, ...]:
    """Freeze drafts into records."""
    for draft in drafts:
        del draft["anchors"]
        if "candidates" in draft:
            draft["candidates"] = tuple(draft["candidates"])
    return tuple(record(**draft) for draft in drafts)
