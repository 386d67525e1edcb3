"""`if`, loops, `break`, `continue`, `return`, `?`."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.conditions import lower_condition
from scrutineer.facts.lower.decide import bind
from scrutineer.facts.lower.expression import (
    assign,
    expression,
    inner,
    lower_branch,
    lower_into,
    lower_moved,
    lower_operands,
    unit,
    used,
)
from scrutineer.facts.lower.patterns import candidates
from scrutineer.facts.lower.scopes import (
    bind_name,
    close_scope,
    forget_names,
    leave_to,
    open_scope,
    schedule,
    temporary,
)
from scrutineer.facts.lower.source import framed, parts, span_of, text_of
from scrutineer.facts.lower.state import Breakable, Builder, emit, goto, new_block, start, terminate
from scrutineer.model.body import Callee, Operand, Place

_FROM_RESIDUAL = Callee("path", "FromResidual::from_residual")
_INTO_ITER = Callee("path", "IntoIterator::into_iter")
_NEXT = Callee("path", "Iterator::next")


@expression("if_expression")
def lower_if(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an `if`; where it has a `let`, edition 2024 drops the scrutinee's temporaries before the `else`."""
    condition = node.child_by_field_name("condition")
    consequence = node.child_by_field_name("consequence")
    alternative = node.child_by_field_name("alternative")
    assert condition is not None
    assert consequence is not None
    span = span_of(builder, node)
    otherwise, after = new_block(builder), new_block(builder)
    mark, outer, depth = len(builder.undo), builder.temporaries, len(builder.stack)
    lets = condition.type in {"let_condition", "let_chain"}
    if lets:
        scope = open_scope(builder, "condition", span)
        if builder.context.edition >= 2024:
            builder.temporaries = scope
    lower_condition(builder, condition, otherwise, depth)
    lower_branch(builder, consequence, target)
    if lets:
        close_scope(builder, span_of(builder, consequence))
    builder.temporaries = outer
    forget_names(builder, mark)
    goto(builder, span, after)
    start(builder, otherwise)
    if alternative is not None:
        lower_branch(builder, inner(alternative), target)
    else:
        unit(builder, node, target)
    goto(builder, span, after)
    start(builder, after)


def label_of(builder: Builder, node: Node) -> str:
    """The label written on a loop, a block or a jump; "" if there is none."""
    label = next((child for child in node.children if child.type == "label"), None)
    return text_of(builder, label) if label is not None else ""


@expression("loop_expression")
def lower_loop(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a `loop`; `break` stores its value."""
    head, after, span = new_block(builder), new_block(builder), span_of(builder, node)
    builder.breakables.append(
        Breakable(label_of(builder, node), True, len(builder.stack), after, head, target)
    )
    goto(builder, span, head)
    start(builder, head)
    body = node.child_by_field_name("body")
    assert body is not None
    lower_branch(builder, body, None)
    goto(builder, span, head)
    builder.breakables.pop()
    start(builder, after)


@expression("while_expression")
def lower_while(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a `while`; a scrutinee's temporaries live through one turn."""
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
    assert condition is not None
    assert body is not None
    head, after, span = new_block(builder), new_block(builder), span_of(builder, node)
    depth, mark, outer = len(builder.stack), len(builder.undo), builder.temporaries
    builder.breakables.append(Breakable(label_of(builder, node), True, depth, after, head, None))
    goto(builder, span, head)
    start(builder, head)
    builder.temporaries = open_scope(builder, "loop", span)
    lower_condition(builder, condition, after, depth)
    lower_branch(builder, body, None)
    close_scope(builder, span_of(builder, body))
    builder.temporaries = outer
    forget_names(builder, mark)
    goto(builder, span, head)
    builder.breakables.pop()
    start(builder, after)
    unit(builder, node, target)


@expression("for_expression")
def lower_for(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a `for`: the iterator lives as long as the loop, what `next` gave as long as one turn."""
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    body = node.child_by_field_name("body")
    assert pattern is not None
    assert value is not None
    assert body is not None
    span, at = span_of(builder, node), span_of(builder, value)
    outer, mark = builder.temporaries, len(builder.undo)
    builder.temporaries = open_scope(builder, "statement", span)
    operands = lower_operands(builder, node, [value])
    scope = open_scope(builder, "loop", span)
    iterator = temporary(builder, value, scope)
    emit(builder, "call", at, Place(iterator), operands, callee=_INTO_ITER)
    used(builder, operands)
    schedule(builder, iterator, scope, droppable=True)
    builder.borrowed.add(iterator)
    head, after, bound, ended = (new_block(builder) for _ in range(4))
    builder.breakables.append(Breakable(label_of(builder, node), True, len(builder.stack), after, head, None))
    goto(builder, span, head)
    start(builder, head)
    turn = builder.temporaries = open_scope(builder, "loop", span_of(builder, body))
    item = temporary(builder, value, turn)
    emit(builder, "call", at, Place(item), (Operand("write", Place(iterator)),), callee=_NEXT)
    terminate(builder, "match", at, (bound, ended), Operand("read", Place(item)), ("Some", "None"))
    start(builder, ended)
    goto(builder, span, after)
    start(builder, bound)
    schedule(builder, item, turn, droppable=True)
    known: dict[str, int] = {}
    bind(builder, candidates(builder, pattern, Place(item, ("@Some", ".0")))[0].bindings, known, turn)
    for name, local in known.items():
        bind_name(builder, name, local)
    lower_branch(builder, body, None)
    close_scope(builder, span_of(builder, body))
    forget_names(builder, mark)
    goto(builder, span, head)
    builder.breakables.pop()
    start(builder, after)
    close_scope(builder, span)
    close_scope(builder, span)
    builder.temporaries = outer
    unit(builder, node, target)


def _left(builder: Builder, label: str) -> Breakable | None:
    """The loop or block that a jump leaves or continues."""
    for each in reversed(builder.breakables):
        if each.label == label if label else each.loop:
            return each
    builder.damaged = True
    return None


@expression("continue_expression")
def lower_continue(builder: Builder, node: Node, _: Place | None) -> None:
    """Lower a jump to the next turn of a loop."""
    span = span_of(builder, node)
    into = _left(builder, label_of(builder, node))
    if into is None:
        terminate(builder, "unreachable", span)
        return
    leave_to(builder, into.depth, span)
    goto(builder, span, into.head)


@expression("break_expression")
def lower_break(builder: Builder, node: Node, _: Place | None) -> None:
    """Lower a jump out of a loop or labelled block, perhaps with a value."""
    if node.type != "break_expression":
        _lower_misread(builder, node)
        return
    span = span_of(builder, node)
    into = _left(builder, label_of(builder, node))
    if into is None:
        terminate(builder, "unreachable", span)
        return
    values = [part for part in parts(node) if part.type != "label"]
    if values:
        lower_into(builder, values[0], into.target)
    else:
        unit(builder, node, into.target)
    leave_to(builder, into.depth, span)
    goto(builder, span, into.after)


def _lower_misread(builder: Builder, node: Node) -> None:
    """Put a break's value in parentheses of our own, which the grammar reads rightly after a `return`."""
    keyword = node
    while keyword.type != "break_expression":
        keyword = keyword.children[0]
    label = label_of(builder, keyword)
    start = keyword.end_byte
    value = builder.text[start : node.end_byte]
    with framed(builder, b"return ", start, value, b";") as body:
        into = _left(builder, label)
        if body is None or into is None:
            builder.damaged = True
            return
        span = span_of(builder, body)
        lower_into(builder, parts(inner(body))[0].named_children[0], into.target)
        leave_to(builder, into.depth, span)
        goto(builder, span, into.after)


@expression("return_expression")
def lower_return(builder: Builder, node: Node, _: Place | None) -> None:
    """Lower a `return`."""
    values = parts(node)
    span = span_of(builder, node)
    if values:
        lower_into(builder, values[0], Place(0))
    leave_to(builder, 0, span)
    terminate(builder, "return", span, labels=("return",))


@expression("try_expression")
def lower_try(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a `?`: on one way the payload, on the other the residual, all open scopes dropped, and a return."""
    result = lower_moved(builder, parts(node)[0])
    take_or_return(builder, node, result, target)


def take_or_return(builder: Builder, node: Node, result: Place, target: Place | None) -> None:
    """What `?` does with a result that was just made."""
    span = span_of(builder, node)
    goes_on, returns = new_block(builder), new_block(builder)
    terminate(builder, "try", span, (goes_on, returns), Operand("use", result))
    start(builder, returns)
    emit(builder, "call", span, Place(0), (Operand("use", result),), callee=_FROM_RESIDUAL)
    leave_to(builder, 0, span)
    terminate(builder, "return", span, labels=("?",))
    start(builder, goes_on)
    if target is not None:
        assign(builder, node, target, Operand("use", result.then("@?").then(".0")))
