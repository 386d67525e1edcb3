"""Types of places: locals and the way from them, with the dereferences that Rust leaves unwritten."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scrutineer.model.body import Body, Place
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.typing.deref import Steps


class PlaceType(msgspec.Struct, frozen=True, gc=False):
    """The type of a place. `through` lists the types that were dereferenced on the way, written or not.

    `binding` says how a pattern binds what lies there: by value, or by a reference because a reference was
    matched without `&` in the pattern.
    """

    type: TypeRef
    through: tuple[TypeRef, ...] = ()
    binding: str = ""  # "", "&", "&mut"


def place_type(
    steps: Steps, body: Body, locals_: Sequence[TypeRef], place: Place, start: TypeRef | None = None
) -> PlaceType:
    """Follow a place from its local (or from `start`, the type of a static)."""
    type_ = start if start is not None else locals_[place.local] if place.local >= 0 else UNKNOWN
    through: list[TypeRef] = []
    binding = ""
    variant = ""
    pattern_from = _pattern_start(body, place)
    for number, step in enumerate(place.steps):
        if type_.kind in ("unknown", "infer"):
            return PlaceType(UNKNOWN, tuple(through), binding)
        mark = step[0]
        in_pattern = number >= pattern_from
        if in_pattern and step != "*":
            while type_.kind == "ref":
                through.append(type_)
                binding = "&" if not type_.mutable or binding == "&" else "&mut"
                type_ = type_.args[0]
        if mark == "*":
            found = steps.dereferenced(type_)
            through.append(type_)
            type_ = found or UNKNOWN
            if in_pattern:
                binding = ""
        elif mark == "@":
            variant = "?" if step == "@?" else steps.variant(type_, step[1:])
            continue
        elif variant == "?":
            type_ = steps.payload(type_)
        elif mark == ".":
            type_, passed = steps.field(type_, step[1:], variant)
            through.extend(passed)
        else:
            type_ = _indexed(steps, locals_, type_, step, through)
        variant = ""
    return PlaceType(type_, tuple(through), binding)


def _indexed(
    steps: Steps, locals_: Sequence[TypeRef], type_: TypeRef, step: str, through: list[TypeRef]
) -> TypeRef:
    inside = step[1:-1]
    if inside == "..":
        return TypeRef("slice", args=(steps.elements(type_),))
    if ":" in inside:
        return steps.elements(type_)
    index = locals_[int(inside[1:])] if inside.startswith("_") and inside[1:].isdigit() else TypeRef("infer")
    found, passed = steps.indexed(type_, index)
    through.extend(passed)
    return found


def _pattern_start(body: Body, place: Place) -> int:
    """From which step on a place was written by a pattern, as far as its shape tells."""
    for number, step in enumerate(place.steps):
        if step[0] == "@" or (step[0] == "[" and ":" in step) or step == "[..]":
            return number
    if place.local >= 0 and body.locals[place.local].kind in ("temporary", "parameter"):
        local = body.locals[place.local]
        if not local.name and place.steps and place.steps[0][1:].lstrip("-").isdigit():
            return 0
    return len(place.steps)
