"""Names that can be unsafe anywhere in what was read: what has none of them is safe whatever its type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from scrutineer.model.file import FileFacts
from scrutineer.program.generated import is_generated
from scrutineer.program.memo import kept
from scrutineer.program.tables import standard

if TYPE_CHECKING:
    from scrutineer.program.program import Program

_RUST = frozenset({"core", "alloc", "std", "proc_macro", "test"})


@kept
def union_fields(program: Program) -> frozenset[str]:
    """Names of all fields of unions that were read."""
    found = {
        field.name for entry in program.types if entry.item.form == "union" for field in entry.item.fields
    }
    for dependency in program.dependencies.values():
        found |= union_fields(dependency)
    return frozenset(found)


@kept
def unsafe_methods(program: Program) -> frozenset[str]:
    """Names of all unsafe methods of crates that were read."""
    found = {e.item.name for e in program.functions if e.item.unsafe and e.item.receiver}
    for dependency in program.dependencies.values():
        found |= unsafe_methods(dependency)
    return frozenset(found)


@cache
def unsafe_library_methods() -> frozenset[str]:
    """Names of all unsafe methods of the standard library."""
    return frozenset(standard().unsafe_methods())


def is_safe_everywhere(program: Program, method: str) -> bool:
    """Whether no method of that name is unsafe, whatever the receiver: only where all Rust code was read."""
    named = {*program.unit.extern_prelude, *(name for name, _, _ in program.unit.dependencies)}
    if any(
        not is_generated(name) for name in named - set(program.dependencies) - _RUST - {program.unit.name}
    ):
        return False
    return method not in unsafe_methods(program) and method not in unsafe_library_methods()


def unsafe_macros(files: Sequence[FileFacts]) -> frozenset[str]:
    """Names of macros whose definitions hold an unsafe block, or invoke one that does."""
    found = {
        facts.macro_definitions[block.definition].name
        for facts in files
        for block in facts.unsafe_blocks
        if block.definition >= 0
    }
    invoked = [
        (facts.macro_definitions[call.definition].name, call.name.rpartition("::")[2])
        for facts in files
        for call in facts.macro_calls
        if call.definition >= 0
    ]
    while more := {outer for outer, inner in invoked if inner in found} - found:
        found |= more
    return frozenset(found)
