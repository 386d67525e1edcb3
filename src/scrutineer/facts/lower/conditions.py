"""Conditions as branches: `&&`, `||`, `!`, `let` chains, and everything else that is a boolean."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.decide import bind, decide
from scrutineer.facts.lower.expansion import cfg_predicate
from scrutineer.facts.lower.expression import assign, expression, inner, lower_operand, lower_place, quiet
from scrutineer.facts.lower.matched import tested
from scrutineer.facts.lower.patterns import Candidate, candidates
from scrutineer.facts.lower.scopes import bind_name, close_scope, has_drops, leave_to, open_scope
from scrutineer.facts.lower.source import parts, span_of
from scrutineer.facts.lower.state import DEAD, Builder, goto, new_block, resume, start, terminate
from scrutineer.model.body import Operand, Place


def lower_condition(builder: Builder, node: Node, otherwise: int, depth: int) -> None:
    """Go on where the condition holds; else leave all but the outermost `depth` scopes and go to `otherwise`.

    Variables that `let` binds are visible from here on; the caller opens the scope that they live in.
    """
    kind = node.type
    if kind == "parenthesized_expression":
        lower_condition(builder, inner(node), otherwise, depth)
    elif kind == "let_chain":
        for part in parts(node):
            lower_condition(builder, part, otherwise, depth)
    elif kind == "let_condition":
        _lower_let(builder, node, otherwise, depth)
    elif kind == "binary_expression" and node.children[1].type == "&&":
        left, right = parts(node)
        lower_condition(builder, left, otherwise, depth)
        lower_condition(builder, right, otherwise, depth)
    elif kind == "binary_expression" and node.children[1].type == "||":
        _lower_or(builder, node, otherwise, depth)
    elif kind == "unary_expression" and node.children[0].type == "!":
        _lower_not(builder, node, otherwise, depth)
    elif kind == "macro_invocation" and (predicate := cfg_predicate(builder, node)):
        _lower_predicate(builder, node, predicate, otherwise, depth)
    elif kind == "macro_invocation" and (found := tested(builder, node)):
        bind_where_it_holds(builder, node, found, otherwise, depth)
    else:
        branch_on(builder, node, _value(builder, node, node.id), otherwise, depth)


def _lower_not(builder: Builder, node: Node, otherwise: int, depth: int) -> None:
    """A negation: whoever holds is whoever fails."""
    operand = inner(node)
    while operand.type == "parenthesized_expression":
        operand = inner(operand)
    holds, here = new_block(builder), len(builder.stack)
    lazy = operand.type == "binary_expression" and operand.children[1].type in {"&&", "||"}
    if lazy or operand.type == "macro_invocation":
        lower_condition(builder, operand, holds, here)
    else:
        branch_on(builder, node, _value(builder, operand, 0), holds, here)
    leave_to(builder, depth, span_of(builder, node))
    goto(builder, span_of(builder, node), otherwise)
    start(builder, holds)


def _lower_predicate(builder: Builder, node: Node, predicate: str, otherwise: int, depth: int) -> None:
    """`cfg!(…)`: a branch on the predicate."""
    span = span_of(builder, node)
    holds, fails = new_block(builder), new_block(builder)
    terminate(builder, "cfg", span, (holds, fails), None, (predicate, f"not({predicate})"))
    start(builder, fails)
    leave_to(builder, depth, span)
    goto(builder, span, otherwise)
    start(builder, holds)


def _value(builder: Builder, node: Node, root: int) -> Operand:
    """A plain condition's value; its temporaries die before the branch. `root` is what they end with."""
    if quiet(node):
        return lower_operand(builder, node)
    outer = builder.temporaries
    span = span_of(builder, node)
    builder.temporaries = open_scope(builder, "condition", span)
    root, builder.root = builder.root, root
    operand = lower_operand(builder, node)
    builder.root = root
    close_scope(builder, span)
    builder.temporaries = outer
    return operand


def branch_on(builder: Builder, node: Node, operand: Operand, otherwise: int, depth: int) -> None:
    """Go on where the operand is true; else leave."""
    span = span_of(builder, node)
    holds = new_block(builder)
    fails = new_block(builder) if has_drops(builder, depth) else otherwise
    terminate(builder, "branch", span, (holds, fails), operand)
    if fails != otherwise:
        start(builder, fails)
        leave_to(builder, depth, span)
        goto(builder, span, otherwise)
    start(builder, holds)


def _lower_or(builder: Builder, node: Node, otherwise: int, depth: int) -> None:
    left, right = parts(node)
    holds, second = new_block(builder), new_block(builder)
    lower_condition(builder, left, second, len(builder.stack))
    goto(builder, span_of(builder, node), holds)
    start(builder, second)
    lower_condition(builder, right, otherwise, depth)
    goto(builder, span_of(builder, node), holds)
    start(builder, holds)


def _lower_let(builder: Builder, node: Node, otherwise: int, depth: int) -> None:
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    assert pattern is not None
    assert value is not None
    place = lower_place(builder, value)
    bind_where_it_holds(builder, node, candidates(builder, pattern, place), otherwise, depth)


def bind_where_it_holds(
    builder: Builder, node: Node, found: list[Candidate], otherwise: int, depth: int
) -> None:
    """Go on, with the bindings made, where a candidate holds; else leave."""
    span = span_of(builder, node)
    entries = [(candidate, new_block(builder), False) for candidate in found]
    fails = new_block(builder) if has_drops(builder, depth) else otherwise
    decide(builder, entries, span, fails)
    if fails != otherwise:
        start(builder, fails)
        leave_to(builder, depth, span)
        goto(builder, span, otherwise)
    known: dict[str, int] = {}
    bound = new_block(builder) if len(entries) > 1 else DEAD
    for candidate, entry, _ in entries:
        start(builder, entry)
        bind(builder, candidate.bindings, known, builder.scope)
        if bound != DEAD:
            goto(builder, span, bound)
    if bound != DEAD:
        start(builder, bound)
    for name, local in known.items():
        bind_name(builder, name, local)


@expression("let_condition", "let_chain")
def lower_boolean(builder: Builder, node: Node, target: Place | None) -> None:
    """A condition whose value is stored: `true` and `false` on two ways that meet again."""
    fails, after = new_block(builder), new_block(builder)
    span = span_of(builder, node)
    lower_condition(builder, node, fails, len(builder.stack))
    if target is not None:
        assign(builder, node, target, Operand("constant", None, "true"))
    goto(builder, span, after)
    resume(builder, fails if fails in builder.reached else DEAD)
    if target is not None:
        assign(builder, node, target, Operand("constant", None, "false"))
    goto(builder, span, after)
    start(builder, after)
