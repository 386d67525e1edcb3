"""Which function of this room reads which kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.syntax.grammar import kind

Handler = Callable[[FileDraft, Node], bool]
"""Reads a node; true if the walk goes on inside it."""

HANDLERS: dict[int, Handler] = {}
"""By number of the node kind; of others there is nothing to read, the walk goes on inside."""

IN_UNSAFE: dict[int, Handler] = {}
"""The same where operations are candidates: in unsafe blocks and the bodies of unsafe functions."""


def reads(*names: str, only_in_unsafe: bool = False) -> Callable[[Handler], Handler]:
    """Make a function the reader of node kinds."""

    def register(handler: Handler) -> Handler:
        for name in names:
            IN_UNSAFE[kind(name)] = handler
            if not only_in_unsafe:
                HANDLERS[kind(name)] = handler
        return handler

    return register


def text_at(draft: FileDraft, node: Node | None) -> str:
    """What a node says."""
    return draft.text[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""


def update(record: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The draft with more fields."""
    record.update(fields)
    return record
