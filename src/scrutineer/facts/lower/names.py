"""What a name in a body means: a local, a captured variable of an enclosing body, or something outside."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.source import text_of
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Local, Operand, Place


def place_of_name(builder: Builder, name: str) -> Place:
    """The place that a plain name stands for."""
    meaning = builder.names.get(name)
    if meaning is None:
        return _captured(builder, name) or Place(-1, (), name)
    return meaning if isinstance(meaning, Place) else Place(meaning)


def _captured(builder: Builder, name: str) -> Place | None:
    """The place inside a closure of a variable that the enclosing body holds."""
    outer = builder.parent
    if outer is None:
        return None
    meaning = outer.names.get(name)
    if meaning is None:
        place = _captured(outer, name)
        if place is None:
            return None
    else:
        place = meaning if isinstance(meaning, Place) else Place(meaning)
    known = builder.captures.get(place)
    if known is None:
        original = outer.locals[place.local]
        builder.locals.append(
            Local(name, "capture", 0, original.span, original.type, original.mutable, original.reference)
        )
        known = len(builder.locals) - 1
        builder.captures[place] = known
    return Place(known)


def path_operand(builder: Builder, node: Node) -> Operand:
    """A path used by value: a local's value, or a constant."""
    text = text_of(builder, node)
    if node.type in {"identifier", "self"}:
        place = place_of_name(builder, text)
        if place.local >= 0:
            return Operand("use", place)
    return Operand("constant", Place(-1, (), text), text)
