"""Unsafe blocks, with the places above which a comment may speak for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.handlers import reads
from scrutineer.facts.heads import cfg_at
from scrutineer.model.span import Span
from scrutineer.syntax.grammar import kinds

_STOPS = kinds(
    "block", "declaration_list", "match_block", "function_item", "mod_item", "impl_item", "trait_item"
)
_ROOT = kinds("source_file")
_CALLS = kinds("call_expression")
_METHODS = kinds("field_expression")
_NOTES = kinds("attribute_item", "line_comment", "block_comment")
_HASH = ord("#")


def anchors_of(draft: FileDraft, node: Node) -> list[int]:
    """Where the expressions, the statement, arm or item around a node start, from the inside out."""
    found = [node.start_byte]
    for parent in reversed(draft.above):
        if parent.kind_id in _STOPS:
            break
        if parent.kind_id in _ROOT:
            found.extend(draft.scope.anchors)
            break
        if parent.kind_id in _CALLS:
            found.extend(_link(parent, found[-1]))
        if parent.start_byte != found[-1]:
            found.append(parent.start_byte)
            if draft.text[parent.start_byte] == _HASH:
                found.append(_after_attributes(parent))
    return found


def _link(call: Node, argument: int) -> Iterator[int]:
    """Where the link of a method chain starts that has an argument at that offset: `.map(…)` on a line of its own."""
    method = call.child_by_field_name("function")
    if method is not None and method.child_by_field_name("function") is not None:
        method = method.child_by_field_name("function")  # `.map::<T>(…)`
    if method is None or method.kind_id not in _METHODS or argument < method.end_byte:
        return
    yield from (child.start_byte for child in method.children if child.type == ".")


def _after_attributes(node: Node) -> int:
    """Where a field, arm or expression starts whose attributes are part of it."""
    for child in node.named_children:
        if child.kind_id not in _NOTES:
            return child.start_byte
    return node.start_byte


def _after_brace(text: bytes, start: int, end: int) -> int:
    """Where a block's inside starts; `unsafe $body` of a macro has none that is written."""
    brace = text.find(b"{", start, end)
    return brace + 1 if brace >= 0 else end


def _beside_error(draft: FileDraft, start: int, end: int) -> bool:
    errors = draft.parsed.errors
    index = bisect_left(errors, start, key=lambda error: error.end)
    return index < len(errors) and errors[index].start <= end


@reads("unsafe_block")
def read_unsafe_block(draft: FileDraft, node: Node) -> bool:
    """Record a block; what it holds goes to its candidates."""
    outer = draft.scope
    scope = outer.inner()
    scope.candidates = []
    start, end = node.start_byte, node.end_byte
    draft.unsafe_blocks.append(
        {
            "span": Span(start, end),
            "function": outer.function,
            "candidates": scope.candidates,
            "cfg": cfg_at(draft, start),
            "test": outer.test,
            "macro": outer.macro,
            "definition": outer.definition,
            "damaged": _beside_error(draft, start, end),
            "anchors": (_after_brace(draft.text, start, end), anchors_of(draft, node)),
        }
    )
    outer.calls.lower = True
    draft.open(scope)
    return True
