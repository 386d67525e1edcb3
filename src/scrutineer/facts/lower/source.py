"""Text and spans of what is being lowered, and the parsing of what stands inside macro calls.

A piece of a file is parsed on its own by putting a frame around it; `Builder.shift` then translates the
offsets of its nodes into the file's. A macro expansion translates them by `Builder.origin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tree_sitter import Node, Parser

from scrutineer.facts.lower.state import Builder
from scrutineer.facts.types import read_type
from scrutineer.model.span import Span
from scrutineer.model.types import TypeRef
from scrutineer.syntax.grammar import LANGUAGE
from scrutineer.syntax.normalise import normalise

_PARSER = Parser(LANGUAGE)
_CONSTANTS = frozenset({"block", "integer_literal", "boolean_literal", "negative_literal", "char_literal"})
_NOTES = frozenset({"line_comment", "block_comment", "attribute_item", "inner_attribute_item", "ERROR"})


def span_of(builder: Builder, node: Node) -> Span:
    """Where a node stands in its file; the call around a frame keeps the place it has outside."""
    if builder.call is not None and builder.call[0] == node.id:
        return builder.call[1]
    if builder.origin is not None:
        return builder.origin(node.start_byte, node.end_byte)
    shift = builder.shift
    return Span(node.start_byte + shift, node.end_byte + shift)


def text_of(builder: Builder, node: Node) -> str:
    """The text of a node."""
    return builder.text[node.start_byte : node.end_byte].decode("utf-8", "replace")


def type_of(builder: Builder, node: Node) -> TypeRef:
    """The type that a node writes."""
    return read_type(node, builder.text)


def generic_arguments(builder: Builder, node: Node) -> tuple[TypeRef, ...]:
    """Arguments of a turbofish, lifetimes left out; a constant is a path named as it is written."""
    return tuple(
        TypeRef("path", text_of(builder, part)) if part.type in _CONSTANTS else type_of(builder, part)
        for part in parts(node)
        if part.type != "lifetime"
    )


def parts(node: Node) -> list[Node]:
    """Named children that are neither comments, nor attributes, nor errors."""
    return [child for child in node.named_children if child.type not in _NOTES]


@contextmanager
def framed(builder: Builder, before: bytes, start: int, middle: bytes, after: bytes) -> Iterator[Node | None]:
    """The body block of `fn _() { before middle after }`, where `middle` stands at byte `start` of the current text.

    None where that does not parse. While it is open, spans and texts are those of the framed text.
    """
    head = b"fn _(){" + before
    text = b"".join((head, middle, after, b"}"))
    body = body_of(text)
    if body is None:
        yield None
        return
    saved = builder.text, builder.shift, builder.origin
    builder.text = text
    moved = start - len(head)
    if builder.origin is None:
        builder.shift += moved
    else:
        outer = builder.origin
        builder.origin = lambda low, high: outer(low + moved, high + moved)
    yield body
    builder.text, builder.shift, builder.origin = saved


def body_of(text: bytes) -> Node | None:
    """The body block of the one function that a text holds; None where it does not parse as that."""
    root = _PARSER.parse(text).root_node
    if root.has_error:
        root = _PARSER.parse(normalise(text, 0, guess=False)[0]).root_node
    if root.has_error or root.named_child_count != 1:
        return None
    return root.named_children[0].child_by_field_name("body")
