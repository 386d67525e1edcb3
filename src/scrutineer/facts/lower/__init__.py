"""Function bodies, from syntax alone: evaluation order, scopes, possible drops, and every way out.

`lower_body` takes a tree-sitter node of a function (or of a const or static with an initialiser) and gives a
`model.body.Body`. It follows rustc's MIR construction; see docs/bodies.md. What needs types is left symbolic.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tree_sitter import Node

from scrutineer.facts.lower import arms, blocks, calls, control, macros, operators, unsafety  # noqa: F401 - they register
from scrutineer.facts.lower.bodies import build_function, build_unreadable, build_value, finished
from scrutineer.facts.lower.state import Builder, Context, Fragment, MacroSite, TooLargeError
from scrutineer.model.body import Body

__all__ = ["Context", "Fragment", "MacroSite", "lower_body", "lower_value"]


_DEEPEST = 20_000
"""Frames of the interpreter: about 4,000 nested calls or operators. Deeper code is hostile, and is not lowered."""


def lower_body(node: Node, text: bytes, function: int, context: Context | None = None) -> Body:
    """Lower a `function_item` that has a body; `text` is what its tree was parsed from, `function` its index."""
    return _within_depth(node, text, context or Context(), lambda b: build_function(b, node), function, -1)


def lower_value(node: Node, text: bytes, value: int, context: Context | None = None) -> Body | None:
    """Lower the initialiser of a `const_item` or `static_item`; None if it has none."""
    initialiser = node.child_by_field_name("value")
    if initialiser is None:
        return None
    return _within_depth(
        node, text, context or Context(), lambda b: build_value(b, node, initialiser), -1, value
    )


def _within_depth(
    node: Node, text: bytes, context: Context, build: Callable[[Builder], int], function: int, value: int
) -> Body:
    """Build a body; one that nests too deeply or has too many ways out becomes a single opaque operation, and counts as damaged.

    So does one whose tree lacks a part that the grammar promises, as it may beside a parse error.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    builder = Builder(text, context)
    try:
        parameters = build(builder)
    except (RecursionError, TooLargeError, AssertionError, ValueError, IndexError) as error:
        if not node.has_error and not isinstance(error, (RecursionError, TooLargeError)):
            raise
        builder = Builder(text, context)
        parameters = build_unreadable(builder, node)
    finally:
        sys.setrecursionlimit(limit)
    return finished(builder, node, parameters, function=function, value=value)
