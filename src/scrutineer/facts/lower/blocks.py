"""Blocks and statements: `let`, `let … else`, expression statements, statements under a cfg predicate."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.attributes import cfg_of
from scrutineer.facts.lower.control import label_of
from scrutineer.facts.lower.expansion import expanded
from scrutineer.facts.lower.expression import expression, lower_ended, lower_into, lower_temporary, unit
from scrutineer.facts.lower.lets import lower_let
from scrutineer.facts.lower.scopes import close_scope, forget_names, open_scope
from scrutineer.facts.lower.source import span_of
from scrutineer.facts.lower.state import Breakable, Builder, goto, new_block, start, terminate
from scrutineer.model.body import Place

_SKIPPED = frozenset(
    [
        "{",
        "}",
        ":",
        "label",
        "line_comment",
        "block_comment",
        "inner_attribute_item",
        "empty_statement",
        "function_item",
        "use_declaration",
        "const_item",
        "static_item",
        "struct_item",
        "enum_item",
        "union_item",
        "type_item",
        "trait_item",
        "impl_item",
        "mod_item",
        "foreign_mod_item",
        "extern_crate_declaration",
        "macro_definition",
        "function_signature_item",
        "async",
        "move",
        "unsafe",
        "const",
    ]
)
_BLOCKS = frozenset(["block", "unsafe_block", "if_expression", "match_expression", "loop_expression"])
_UNIT = frozenset(
    [
        "assignment_expression",
        "compound_assignment_expr",
        "return_expression",
        "break_expression",
        "continue_expression",
        "macro_invocation",
        "while_expression",
        "for_expression",
    ]
)


@expression("block")
def lower_block(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a block whose tail's temporaries belong to whatever surrounds it (until edition 2024)."""
    span = span_of(builder, node)
    label = label_of(builder, node) if node.children[0].type == "label" else ""
    after = new_block(builder) if label else 0
    if label:
        builder.breakables.append(Breakable(label, False, len(builder.stack), after, after, target))
    mark = len(builder.undo)
    open_scope(builder, "block", span)
    lower_statements(builder, node, target)
    close_scope(builder, span)
    forget_names(builder, mark)
    if label:
        builder.breakables.pop()
        goto(builder, span, after)
        start(builder, after)


def lower_statements(builder: Builder, node: Node, target: Place | None, *, has_value: bool = True) -> None:
    """Lower what stands between braces, in the scope that is open; its names stay visible.

    Without `has_value`, what stands last is a statement too, as if a `;` came after it.
    """
    statements = [child for child in node.children if child.type not in _SKIPPED]
    tails = _tails(statements) if has_value else set()
    pending: list[Node] = []
    for at, statement in enumerate(statements):
        if statement.type == "attribute_item":
            pending.append(statement)
            continue
        predicate = cfg_of(builder, pending) if pending else ""
        pending = []
        if predicate:
            _under_cfg(builder, statement, predicate, target, tail=at in tails)
        elif at in tails:
            _lower_tail(builder, statement, target)
        else:
            lower_statement(builder, statement)
    if not tails:
        unit(builder, node, target)


def _tails(statements: list[Node]) -> set[int]:
    """Where the block's value stands: the last statement, or several if each is under a predicate."""
    found: set[int] = set()
    at = len(statements) - 1
    while at >= 0:
        last = statements[at]
        kind = last.type
        if kind in {"let_declaration", "attribute_item"}:
            break
        if kind == "expression_statement" and last.children[-1].type == ";":
            break
        found.add(at)
        at -= 1
        if at < 0 or statements[at].type != "attribute_item":
            break
        while at >= 0 and statements[at].type == "attribute_item":
            at -= 1
    return found


def _lower_tail(builder: Builder, node: Node, target: Place | None) -> None:
    if node.type == "expression_statement":
        node = node.children[0]
    if builder.context.edition < 2024:
        lower_into(builder, node, target)
        return
    outer = builder.temporaries
    builder.temporaries = builder.scope
    lower_ended(builder, node, target)
    builder.temporaries = outer


def lower_statement(builder: Builder, node: Node) -> None:
    """Lower one statement; its temporaries die at its end."""
    if node.type == "let_declaration":
        lower_let(builder, node)
        return
    ended = True
    value = node
    if node.type == "expression_statement":
        value = node.children[0]
        ended = node.children[-1].type == ";"
    if value.type == "macro_invocation":
        with expanded(builder, value, "statement") as body:
            if body is not None:
                lower_statements(builder, body, None, has_value=False)
                return
    outer = builder.temporaries
    builder.temporaries = open_scope(builder, "statement", span_of(builder, node))
    if ended and value.type not in _UNIT and (node is not value or value.type not in _BLOCKS):
        lower_temporary(builder, value)
    else:
        lower_into(builder, value, None)
    close_scope(builder, span_of(builder, node))
    builder.temporaries = outer


def _under_cfg(builder: Builder, node: Node, predicate: str, target: Place | None, *, tail: bool) -> None:
    """A statement under a predicate: two ways, one of which has nothing on it."""
    span = span_of(builder, node)
    there, after = new_block(builder), new_block(builder)
    terminate(builder, "cfg", span, (there, after), None, (predicate, f"not({predicate})"))
    start(builder, there)
    outer = builder.cfg
    builder.cfg = predicate if not outer else f"all({outer}, {predicate})"
    if tail:
        _lower_tail(builder, node, target)
    else:
        lower_statement(builder, node)
    builder.cfg = outer
    goto(builder, span, after)
    start(builder, after)
