"""Items that hold no other items: types with their fields, consts and statics, uses."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from scrutineer.facts.attributes import conjoin, predicate_of, read_attribute
from scrutineer.facts.draft import Draft, FileDraft
from scrutineer.facts.generics import read_bounds, read_generics, where_of
from scrutineer.facts.handlers import reads, text_at
from scrutineer.facts.heads import read_head, shared, start_of
from scrutineer.facts.types import read_type, words
from scrutineer.model.items import Attribute, Field, Variant
from scrutineer.model.span import Span
from scrutineer.model.types import UNKNOWN
from scrutineer.syntax.grammar import field

_NAME, _BODY, _TYPE, _VALUE = field("name"), field("body"), field("type"), field("value")
_BOUNDS = field("bounds")
_LONGEST_VALUE = 200
_FORMS = {"struct_item": "struct", "enum_item": "enum", "union_item": "union"}


@reads("struct_item", "enum_item", "union_item")
def read_type_item(draft: FileDraft, node: Node) -> bool:
    """Record a struct, enum or union with its fields."""
    item = _named(draft, node)
    if item is None:
        return True
    body = node.child_by_field_id(_BODY)
    item["form"] = _FORMS[node.type]
    item["generics"] = read_generics(node, draft.text, where_of(node))
    if body is not None and node.type == "enum_item":
        item["variants"] = tuple(_variants(draft, body))
    elif body is not None:
        item["fields"] = tuple(_fields(draft, body))
    draft.types.append(item)
    return True


@reads("type_item", "associated_type")
def read_alias(draft: FileDraft, node: Node) -> bool:
    """Record a type alias, an associated type, or a foreign type."""
    item = _named(draft, node)
    if item is None:
        return True
    aliased = node.child_by_field_id(_TYPE)
    item["form"] = "opaque" if draft.scope.foreign else "alias"
    item["generics"] = read_generics(node, draft.text, where_of(node))
    if node.type == "associated_type":
        item["bounds"] = read_bounds(node.child_by_field_id(_BOUNDS), draft.text)
    item["aliased"] = read_type(aliased, draft.text) if aliased else None
    item["impl_"], item["trait"] = draft.scope.impl_, draft.scope.trait
    draft.types.append(item)
    return True


@reads("const_item", "static_item")
def read_value(draft: FileDraft, node: Node) -> bool:
    """Record a const or static; its initialiser is read like any expression."""
    item = _named(draft, node)
    if item is None:
        return True
    type_, value = node.child_by_field_id(_TYPE), node.child_by_field_id(_VALUE)
    keywords = item.pop("words")
    item |= {
        "form": "const" if node.type == "const_item" else "static",
        "type": read_type(type_, draft.text) if type_ else UNKNOWN,
        "mutable": "mut" in keywords,
        "foreign": draft.scope.foreign,
        "safe": "safe" in keywords,
        "value": text_at(draft, value)[:_LONGEST_VALUE],
        "impl_": draft.scope.impl_,
        "trait": draft.scope.trait,
    }
    if value and item["definition"] < 0 and draft.text.find(b"unsafe", value.start_byte, value.end_byte) >= 0:
        draft.unsafe_values.append((len(draft.values), node))
    draft.values.append(item)
    return True


def _named(draft: FileDraft, node: Node) -> Draft | None:
    """The draft of an item with a name; `words` are kept for consts and statics."""
    name = node.child_by_field_id(_NAME)
    if name is None:
        return None
    start = start_of(draft, node) if draft.parsed.rewrites else node.start_byte
    head = read_head(draft.text[start : name.start_byte])
    item = shared(draft, start, node.end_byte, name)
    item["visibility"] = head.visibility
    if node.type in {"const_item", "static_item"}:
        item["words"] = head.words
        return item
    attributes: tuple[Attribute, ...] = item["attributes"]
    for attribute in attributes:
        if attribute.path in {"derive", "repr"}:
            key = "derives" if attribute.path == "derive" else "representation"
            item[key] = item.get(key, ()) + _listed(attribute.arguments)
    return item


def _listed(arguments: str) -> tuple[str, ...]:
    return tuple("".join(part.split()) for part in arguments.split(",") if part.strip())


def _annotated(draft: FileDraft, body: Node) -> Iterator[tuple[Node, str]]:
    """Named children that are neither comments nor attributes, with the predicate of their attributes."""
    predicate = ""
    for child in body.named_children:
        kind = child.type
        if kind == "attribute_item":
            own = predicate_of([read_attribute(draft.text, child.start_byte, child.end_byte)])
            predicate = conjoin(predicate, own)
        elif kind not in {"line_comment", "block_comment"}:
            yield child, predicate
            if kind != "visibility_modifier":
                predicate = ""


def _fields(draft: FileDraft, body: Node) -> Iterator[Field]:
    text = draft.text
    tuple_like = body.type == "ordered_field_declaration_list"
    visibility, number = "", 0
    for child, predicate in _annotated(draft, body):
        if child.type == "visibility_modifier":
            visibility = read_head(text[child.start_byte : child.end_byte]).visibility
            continue
        span = Span(child.start_byte, child.end_byte)
        if tuple_like:
            yield Field(
                name=str(number), type=read_type(child, text), visibility=visibility, cfg=predicate, span=span
            )
            visibility, number = "", number + 1
            continue
        name, type_ = child.child_by_field_id(_NAME), child.child_by_field_id(_TYPE)
        if name is not None:
            shown = read_head(text[child.start_byte : name.start_byte]).visibility
            yield Field(
                name=text_at(draft, name),
                type=read_type(type_, text) if type_ else UNKNOWN,
                visibility=shown,
                cfg=predicate,
                span=span,
            )


def _variants(draft: FileDraft, body: Node) -> Iterator[Variant]:
    for child, predicate in _annotated(draft, body):
        name = child.child_by_field_id(_NAME)
        if name is None:
            continue
        fields = child.child_by_field_id(_BODY)
        yield Variant(
            name=text_at(draft, name),
            fields=tuple(_fields(draft, fields)) if fields else (),
            discriminant=text_at(draft, child.child_by_field_id(_VALUE)),
            cfg=predicate,
        )


@reads("use_declaration")
def read_use(draft: FileDraft, node: Node) -> bool:
    """Record each leaf of a `use` tree."""
    argument = node.child_by_field_name("argument")
    if argument is None:
        return False
    head = read_head(draft.text[node.start_byte : argument.start_byte])
    item = shared(draft, node.start_byte, node.end_byte, None)
    item["visibility"] = head.visibility
    for name, target, span in _leaves(draft, argument, ""):
        draft.uses.append(item | {"name": name, "target": target, "name_span": span})
    return draft.text.find(b"/", node.start_byte, node.end_byte) >= 0


def _leaves(draft: FileDraft, node: Node, prefix: str) -> Iterator[tuple[str, str, Span]]:
    span = Span(node.start_byte, node.end_byte)
    match node.type:
        case "scoped_use_list" | "use_list":
            path = node.child_by_field_name("path")
            listed = node if node.type == "use_list" else node.child_by_field_name("list")
            inner = prefix + (words(path, draft.text) if path else "")
            if node.type == "scoped_use_list":
                inner += "::"
            for child in listed.named_children if listed else ():
                yield from _leaves(draft, child, inner)
        case "use_as_clause":
            path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
            target = _target(prefix, words(path, draft.text) if path else "")
            yield text_at(draft, alias), target, span
        case "use_wildcard":
            written = words(node, draft.text).removesuffix("*").removesuffix("::")
            yield "*", prefix.removesuffix("::") if not written else prefix + written, span
        case "line_comment" | "block_comment":
            return
        case _:
            target = _target(prefix, words(node, draft.text))
            yield target.rpartition("::")[2], target, span


def _target(prefix: str, path: str) -> str:
    """`a::{self}` brings in `a`."""
    return prefix.removesuffix("::") if path == "self" and prefix else prefix + path


@reads("extern_crate_declaration")
def read_extern_crate(draft: FileDraft, node: Node) -> bool:
    """Record `extern crate name as alias;`."""
    name, alias = node.child_by_field_id(_NAME), node.child_by_field_name("alias")
    if name is None:
        return False
    item = shared(draft, node.start_byte, node.end_byte, alias or name)
    item["visibility"] = read_head(draft.text[node.start_byte : name.start_byte]).visibility
    draft.uses.append(item | {"target": text_at(draft, name), "extern_crate": True})
    return False
