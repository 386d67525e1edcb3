"""The predicate of `#[cfg]` attributes inside a body."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from scrutineer.facts.lower.source import text_of
from scrutineer.facts.lower.state import Builder


def cfg_of(builder: Builder, attributes: Iterable[Node]) -> str:
    """The conjunction of the predicates of `#[cfg(…)]` attributes; "" if there is none."""
    predicates: list[str] = []
    for item in attributes:
        for attribute in item.named_children:
            path = attribute.named_children[0] if attribute.named_child_count else None
            arguments = attribute.child_by_field_name("arguments")
            if path is not None and arguments is not None and text_of(builder, path) == "cfg":
                predicates.append(" ".join(text_of(builder, arguments)[1:-1].split()))
    if len(predicates) < 2:
        return predicates[0] if predicates else ""
    return f"all({', '.join(predicates)})"


def attributes_of(node: Node) -> list[Node]:
    """Attributes that stand inside a node, before what they speak of."""
    return [child for child in node.children if child.type == "attribute_item"]
