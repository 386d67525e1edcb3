"""Types that a derived `Deserialize` fills from input, with whatever the input says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scrutineer.flow.function import FunctionFlow
from scrutineer.flow.graph import Point
from scrutineer.model.body import Place
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.program.entries import TypeEntry
from scrutineer.program.program import Program
from scrutineer.rules.argument.guards import guards
from scrutineer.rules.argument.origin import is_text
from scrutineer.rules.argument.sinks import Sink, sinks

_DERIVES = re.compile(r"\bDeserialize\b")
_CONVERTS = re.compile(r"\b(?:try_)?from\s*=|\bdeserialize_with\b|\bremote\b")


class Filled(msgspec.Struct, frozen=True):
    """A place that takes bytes for text, and the derive through which input chooses those bytes."""

    point: Point
    type_: str
    path: str
    span: Span


def filled_from_input(entry: TypeEntry) -> Span | None:
    """Where a type derives `Deserialize`, also under a feature, unless it goes through a conversion."""
    found = None
    for attribute in entry.item.attributes:
        if attribute.path in {"serde", "cfg_attr"} and _CONVERTS.search(attribute.arguments):
            return None
        derives = attribute.path == "derive" or "derive" in attribute.arguments
        if attribute.path in {"derive", "cfg_attr"} and derives and _DERIVES.search(attribute.arguments):
            found = attribute.span
    return found


def text_from_input(program: Program, flow: FunctionFlow) -> Iterator[Filled]:
    """Uses as text, with no check, of what an object holds that input fills."""
    for sink in sinks(flow):
        if sink.class_ != "invalid-value" or not sink.path.startswith("core::str::from_utf8_unchecked"):
            continue
        for place in sorted(flow.sources.parameters(sink.operand), key=lambda each: each.steps):
            owner = _owner(flow, place)
            known = program.type_entry(owner.name) if owner.kind == "path" else None
            span = filled_from_input(known[1]) if known is not None and known[0] is program else None
            if known is None or span is None or _checked(flow, sink, place):
                continue
            yield Filled(sink.point, owner.last, program.files[known[1].file].path, span)
            break


def _owner(flow: FunctionFlow, place: Place) -> TypeRef:
    """The type that holds the bytes at a place: of `self.name.letters` that of `name`."""
    at = max((number for number, step in enumerate(place.steps) if step[0] == "."), default=-1)
    type_ = flow.type_of(Place(place.local, place.steps[:at] if at >= 0 else ()))
    while type_.kind == "ref":
        type_ = type_.args[0]
    return type_


def _checked(flow: FunctionFlow, sink: Sink, place: Place) -> bool:
    type_ = flow.type_of(place)
    while type_.kind == "ref":
        type_ = type_.args[0]
    if is_text(type_) and type_.name in {"str", "alloc::string::String"}:
        return True
    return any(True for _ in guards(flow, sink, frozenset({place})))
