"""Which functions write a field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrutineer.program.entries import FunctionEntry, TypeEntry
from scrutineer.program.visibility import Visibility, Writer

if TYPE_CHECKING:
    from scrutineer.program.program import Program


def writers(program: Program, visibility: Visibility, entry: TypeEntry, field: str) -> Iterator[Writer]:
    """Functions inside the field's boundary whose skeleton writes a field of that name.

    A write through `self` counts as certain if `Self` is the type, and not at all if it is another; writes
    through other variables are uncertain here: typing of the body decides them.
    """
    declared = next((known for known in entry.item.fields if known.name == field), None)
    if declared is None:
        return
    for function in visibility.inside(visibility.boundary(entry, declared)):
        skeletons = program.files[function.file].skeletons
        if function.number >= len(skeletons):
            continue
        certain = [
            verdict
            for path in skeletons[function.number].writes
            if (verdict := _writes(program, function, entry, path, field)) is not None
        ]
        if certain:
            yield Writer(function.index, any(certain))


def _writes(
    program: Program, function: FunctionEntry, entry: TypeEntry, path: str, field: str
) -> bool | None:
    """Whether a written path goes through the field: certainly, perhaps, or (nothing) not."""
    segments = path.split(".")
    if field not in segments[1:]:
        return None
    if segments[0] == "self" and len(segments) > 1 and segments[1] == field:
        self_type = program.resolver.scope_of(function).self_type
        if self_type is not None and self_type.kind == "path":
            known = program.type_paths.get(self_type.name, ())
            if any(other.index == entry.index for other in known):
                return True
            return None if program.crate_of(self_type.name) is not None else False
    return False
