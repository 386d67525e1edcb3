"""Parse a function and lower it."""

from __future__ import annotations

import tree_sitter_rust
from tree_sitter import Language, Parser

from scrutineer.facts.lower import Context, lower_body
from scrutineer.model.body import Body, Operation, Place

_PARSER = Parser(Language(tree_sitter_rust.language()))


def lower(text: str, edition: int = 2021, **context: object) -> Body:
    """Lower the first function of a text."""
    code = text.encode()
    root = _PARSER.parse(code).root_node
    node = next(child for child in root.children if child.type == "function_item")
    return lower_body(node, code, 0, Context(edition, **context))  # type: ignore[arg-type]


def operations(body: Body, kind: str = "") -> list[Operation]:
    """Operations of a body in block order, of one kind if it is given."""
    return [
        operation
        for block in body.blocks
        for operation in block.operations
        if not kind or operation.kind == kind
    ]


def local_named(body: Body, name: str) -> int:
    """The last local of that name."""
    return max(at for at, local in enumerate(body.locals) if local.name == name)


def show(place: Place | None) -> str:
    """A place as `_1.x`."""
    return (
        ""
        if place is None
        else (f"_{place.local}" if place.local >= 0 else place.static) + "".join(place.steps)
    )
