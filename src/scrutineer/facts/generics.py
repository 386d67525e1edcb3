"""Generic parameters, where clauses and the parameters of functions, as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.memo import Memo
from scrutineer.facts.types import parts, read_type, words
from scrutineer.model.items import Bound, Generics, Parameter
from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.syntax.grammar import field, kind

NO_GENERICS = Generics()
_NAME, _TYPE, _BOUNDS, _LEFT, _PATTERN = (
    field("name"), field("type"), field("bounds"), field("left"), field("pattern")
)  # fmt: skip
_DEFAULT = field("default_type")
_TYPE_PARAMETERS, _WHERE = field("type_parameters"), kind("where_clause")
_PARAMETER, _SELF_PARAMETER = kind("parameter"), kind("self_parameter")
_VARIADIC, _ATTRIBUTE = kind("variadic_parameter"), kind("attribute_item")
_COMMENTS = frozenset({kind("line_comment"), kind("block_comment")})

_LIFETIME = re.compile(rb"&\s*('\w+)")

_generics: Memo[Generics] = Memo()
_parameters: Memo[Parameter] = Memo()


def read_generics(node: Node, text: bytes, where: Node | None) -> Generics:
    """Type parameters of an item and its where clause."""
    declared = node.child_by_field_id(_TYPE_PARAMETERS)
    if declared is None and where is None:
        return NO_GENERICS
    first = text[declared.start_byte : declared.end_byte] if declared else b""
    key = first + text[where.start_byte : where.end_byte] if where else first
    found = _generics.get(key)
    if found is None:
        found = _generics[key] = _read_generics(declared, where, text)
    return found


def where_of(node: Node) -> Node | None:
    """The where clause of an item, which no field names."""
    for child in node.named_children:
        if child.kind_id == _WHERE:
            return child
    return None


def _read_generics(declared: Node | None, where: Node | None, text: bytes) -> Generics:
    names: dict[str, list[str]] = {"lifetime_parameter": [], "type_parameter": [], "const_parameter": []}
    bounds: list[Bound] = []
    defaults: list[TypeRef | None] = []
    for part in parts(declared) if declared else ():
        name = part.child_by_field_id(_NAME)
        if part.type not in names or name is None:
            continue
        subject = words(name, text)
        names[part.type].append(subject)
        if part.type == "type_parameter":
            default = part.child_by_field_id(_DEFAULT)
            defaults.append(read_type(default, text) if default is not None else None)
        bounds.extend(_bound(TypeRef("path", subject), part.child_by_field_id(_BOUNDS), text))
    for predicate in parts(where) if where else ():
        left = predicate.child_by_field_id(_LEFT)
        if left is not None:
            subject_ = (
                TypeRef("path", words(left, text)) if left.type == "lifetime" else read_type(left, text)
            )
            bounds.extend(_bound(subject_, predicate.child_by_field_id(_BOUNDS), text))
    lifetimes, types, consts = map(tuple, names.values())
    return Generics(lifetimes, types, consts, tuple(bounds), tuple(defaults) if any(defaults) else ())


def _bound(subject: TypeRef, bounds: Node | None, text: bytes) -> Iterator[Bound]:
    if bounds is None:
        return
    found = parts(bounds)
    lifetimes = tuple(words(part, text) for part in found if part.type == "lifetime")
    traits = tuple(read_type(part, text) for part in found if part.type not in {"lifetime", "use_bounds"})
    yield Bound(subject, traits, lifetimes)


def read_own_bounds(bounds: Node | None, text: bytes) -> tuple[Bound, ...]:
    """Traits and lifetimes of `: A + B + 'a` after a trait's name."""
    return tuple(_bound(TypeRef("self", "Self"), bounds, text))


def read_bounds(bounds: Node | None, text: bytes) -> tuple[TypeRef, ...]:
    """Traits of `: A + B`, lifetimes left out."""
    return tuple(trait for bound in _bound(UNKNOWN, bounds, text) for trait in bound.traits)


class Taken(NamedTuple):
    """What a function takes: its parameters, the form of its receiver with its lifetime, `...`."""

    parameters: tuple[Parameter, ...]
    receiver: str
    lifetime: str
    variadic: bool


def read_parameters(node: Node, text: bytes) -> Taken:
    """Read the parameter list of a function."""
    found: list[Parameter] = []
    receiver, lifetime, variadic = "", "", False
    for child in node.named_children:
        kind_ = child.kind_id
        if kind_ == _PARAMETER:
            parameter = _parameter(child, text)
            if parameter.name == "self" and not found:
                receiver = "typed"
            found.append(parameter)
        elif kind_ == _SELF_PARAMETER:
            written = text[child.start_byte : child.end_byte]
            words = written.split()
            mutable = "mut " if b"mut" in words or written.startswith(b"&mut") else ""
            receiver = f"&{mutable}self" if written.startswith(b"&") else "self"
            named = _LIFETIME.match(written)
            lifetime = named[1].decode() if named else ""
        elif kind_ == _VARIADIC:
            variadic = True
        elif kind_ != _ATTRIBUTE and kind_ not in _COMMENTS:
            found.append(Parameter("", read_type(child, text)))
    return Taken(tuple(found), receiver, lifetime, variadic)


def _parameter(node: Node, text: bytes) -> Parameter:
    key = text[node.start_byte : node.end_byte]
    found = _parameters.get(key)
    if found is None:
        pattern, type_ = node.child_by_field_id(_PATTERN), node.child_by_field_id(_TYPE)
        written = text[pattern.start_byte : pattern.end_byte].decode("utf-8", "replace") if pattern else ""
        plain = pattern is not None and pattern.type in {"identifier", "self", "metavariable"}
        mutable = (
            plain and pattern is not None and b"mut" in text[node.start_byte : pattern.start_byte].split()
        )
        found = _parameters[key] = Parameter(
            written if plain else "", read_type(type_, text) if type_ else UNKNOWN, written, mutable
        )
    return found
