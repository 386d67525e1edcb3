"""Function bodies, from syntax alone: evaluation order, scopes, possible drops, and every way out.

`lower_body` takes a tree-sitter node of a function (or of a const or static with an initialiser) and gives a
`model.body.Body`. It follows rustc's MIR construction; see docs/bodies.md. What needs types is left symbolic.
"""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower import arms, blocks, calls, control, macros, operators, unsafety  # noqa: F401 - they register
from scrutineer.facts.lower.bodies import build_function, build_value, finished
from scrutineer.facts.lower.state import Builder, Context, Fragment, MacroSite
from scrutineer.model.body import Body

__all__ = ["Context", "Fragment", "MacroSite", "lower_body", "lower_value"]


def lower_body(node: Node, text: bytes, function: int, context: Context | None = None) -> Body:
    """Lower a `function_item` that has a body; `text` is what its tree was parsed from, `function` its index."""
    builder = Builder(text, context or Context())
    parameters = build_function(builder, node)
    return finished(builder, node, parameters, function=function)


def lower_value(node: Node, text: bytes, value: int, context: Context | None = None) -> Body | None:
    """Lower the initialiser of a `const_item` or `static_item`; None if it has none."""
    initialiser = node.child_by_field_name("value")
    if initialiser is None:
        return None
    builder = Builder(text, context or Context())
    build_value(builder, node, initialiser)
    return finished(builder, node, 0, value=value)
