"""Which function of this room reads which kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.syntax.grammar import LANGUAGE, kind

Handler = Callable[[FileDraft, Node], bool]
"""Reads a node; true if the walk goes on inside it."""

_LEAVES = (
    "identifier", "type_identifier", "field_identifier", "self", "integer_literal", "primitive_type", "string_literal",
    "mutable_specifier", "lifetime", "visibility_modifier", "char_literal", "boolean_literal", "crate", "super",
    "raw_string_literal", "float_literal", "unit_expression", "unit_type", "never_type", "metavariable",
)  # fmt: skip

HANDLERS: dict[int, Handler | Literal[False]] = {
    number: False
    for number in range(LANGUAGE.node_kind_count)
    if not LANGUAGE.node_kind_is_named(number) or LANGUAGE.node_kind_for_id(number) in _LEAVES
}
"""By number of the node kind. Of others there is nothing to read, the walk goes on inside; False: nothing is inside."""

IN_UNSAFE: dict[int, Handler | Literal[False]] = dict(HANDLERS)
"""The same where operations are candidates: in unsafe blocks and the bodies of unsafe functions."""


def reads(
    *names: str, only: Literal["", "in unsafe code", "in safe code"] = ""
) -> Callable[[Handler], Handler]:
    """Make a function the reader of node kinds."""

    def register(handler: Handler) -> Handler:
        for name in names:
            if only != "in safe code":
                IN_UNSAFE[kind(name)] = handler
            if only != "in unsafe code":
                HANDLERS[kind(name)] = handler
        return handler

    return register


def text_at(draft: FileDraft, node: Node | None) -> str:
    """What a node says."""
    return draft.text[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""
