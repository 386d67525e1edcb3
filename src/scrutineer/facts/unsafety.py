"""Unsafe blocks, with the places above which a comment may speak for them."""

from __future__ import annotations

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


def anchors_of(draft: FileDraft, node: Node) -> list[int]:
    """Where the expressions, the statement, arm or item around a node start, from the inside out."""
    found = [node.start_byte]
    parent = node.parent
    while parent is not None and parent.kind_id not in _STOPS:
        if parent.kind_id in _ROOT:
            found.extend(draft.scope.anchors)
            break
        if parent.kind_id in _CALLS:
            found.extend(_link(parent, found[-1]))
        if parent.start_byte != found[-1]:
            found.append(parent.start_byte)
        parent = parent.parent
    return found


def _link(call: Node, argument: int) -> Iterator[int]:
    """Where the link of a method chain starts that has an argument at that offset: `.map(…)` on a line of its own."""
    method = call.child_by_field_name("function")
    if method is not None and method.child_by_field_name("function") is not None:
        method = method.child_by_field_name("function")  # `.map::<T>(…)`
    if method is None or method.kind_id not in _METHODS or argument < method.end_byte:
        return
    yield from (child.start_byte for child in method.children if child.type == ".")


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
            "damaged": any(start <= error.end and error.start <= end for error in draft.parsed.errors),
            "anchors": anchors_of(draft, node),
            "inside": start + draft.text[start:end].index(b"{") + 1,
        }
    )
    outer.calls.lower = True
    draft.open(scope)
    return True
