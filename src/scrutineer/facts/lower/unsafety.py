"""`unsafe` blocks: which one each operation stands in."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.expression import expression, lower_into
from scrutineer.facts.lower.source import parts, span_of
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Place


@expression("unsafe_block")
def lower_unsafe(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an `unsafe` block; what is inside carries its index among the file's unsafe blocks."""
    outer = builder.unsafe_block
    span = span_of(builder, node)
    if not span.path:
        builder.unsafe_block = builder.context.unsafe_blocks.get(span.start, outer)
    lower_into(builder, parts(node)[-1], target)
    builder.unsafe_block = outer
