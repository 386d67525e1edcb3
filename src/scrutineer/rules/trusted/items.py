"""Which part of an iterator's item code of the user's decides: an adapter's own count is the library's."""

from __future__ import annotations

from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Place
from scrutineer.model.types import TypeRef

_SAME_ITEMS = frozenset(
    {
        "Take",
        "Skip",
        "Rev",
        "Peekable",
        "Fuse",
        "StepBy",
        "TakeWhile",
        "SkipWhile",
        "Filter",
        "Inspect",
        "Cycle",
    }
)


def part_of_item(place: Place) -> tuple[str, ...]:
    """Steps from an item into its part: `.0` of `next() @Some .0 .0`."""
    return place.steps[2:] if place.steps[:2] == ("@Some", ".0") else ()


def decides_item(flow: FunctionFlow, iterator: TypeRef, part: tuple[str, ...]) -> bool:
    """Whether a part of an iterator's items comes from code of the user's."""
    kind, args = iterator.last, iterator.args
    if kind in _SAME_ITEMS and args:
        return decides_item(flow, args[0], part)
    if kind == "Chain":
        return any(decides_item(flow, arg, part) for arg in args)
    if kind == "Enumerate" and args:
        return part[:1] == (".1",) and decides_item(flow, args[0], part[1:])
    if kind == "Zip" and part and len(args) == len(("left", "right")):
        return decides_item(flow, args[int(part[0] == ".1")], part[1:])
    return flow.iterates_user(iterator)
