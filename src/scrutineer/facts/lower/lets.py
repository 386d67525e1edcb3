"""`let`, and which temporaries of its initialiser live as long as what it declares.

The extension follows the Rust Reference, "Temporary lifetime extension": operands of `&` in extending positions,
and the whole initialiser of a pattern that binds by `ref`.
"""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.decide import bind, decide, mention
from scrutineer.facts.lower.expansion import call_of, form_of
from scrutineer.facts.lower.expression import (
    droppable,
    inner,
    is_place,
    lower_branch,
    lower_into,
    lower_place,
    lower_temporary,
)
from scrutineer.facts.lower.patterns import Candidate, candidates
from scrutineer.facts.lower.scopes import (
    bind_name,
    close_scope,
    declare,
    leave_to,
    may_need_drop,
    open_scope,
    schedule,
)
from scrutineer.facts.lower.source import parts, span_of, text_of, type_of
from scrutineer.facts.lower.state import Builder, goto, new_block, start, terminate
from scrutineer.model.body import Place


def lower_let(builder: Builder, node: Node) -> None:
    """Lower a `let`: its temporaries die at its end, its variables at the end of the block."""
    pattern = node.child_by_field_name("pattern")
    value = node.child_by_field_name("value")
    assert pattern is not None
    written = node.child_by_field_name("type")
    type_ = type_of(builder, written) if written is not None else None
    block = builder.scope
    span = span_of(builder, node)
    if value is None:
        for candidate in candidates(builder, pattern, Place(-1))[:1]:
            for binding in candidate.bindings:
                local = declare(builder, binding.name, binding.node, type_, binding.mutable)
                schedule(builder, local, block, may_need_drop(type_))
                bind_name(builder, binding.name, local)
        return
    outer = builder.temporaries
    builder.temporaries = open_scope(builder, "statement", span)
    extended = _extend(builder, value, block)
    if _binds_by_reference(pattern):
        _extend_operand(builder, value, block, extended)
    if (
        pattern.type == "identifier"
        and node.child_by_field_name("alternative") is None
        and _is_variable(builder, pattern)
    ):
        mutable = node.children[1].type == "mutable_specifier"
        local = declare(builder, text_of(builder, pattern), pattern, type_, mutable, scope=block)
        lower_into(builder, value, Place(local))
        schedule(builder, local, block, may_need_drop(type_) and droppable(value))
        close_scope(builder, span)
        bind_name(builder, text_of(builder, pattern), local)
    elif pattern.type == "_":
        if is_place(value):
            mention(builder, pattern, lower_place(builder, value))
        else:
            lower_temporary(builder, value)
        close_scope(builder, span)
    else:
        _lower_pattern(builder, node, pattern, value, block)
    builder.temporaries = outer
    for each in extended:
        builder.extended.pop(each, None)


def _is_variable(builder: Builder, pattern: Node) -> bool:
    return not builder.text[pattern.start_byte : pattern.start_byte + 1].isupper()


def _lower_pattern(builder: Builder, node: Node, pattern: Node, value: Node, block: int) -> None:
    """A `let` whose pattern takes the value apart, perhaps in vain."""
    span = span_of(builder, node)
    depth = len(builder.stack) - 1
    place = lower_place(builder, value)
    found = candidates(builder, pattern, place)
    alternative = node.child_by_field_name("alternative")
    known: dict[str, int] = {}
    if alternative is None:
        found = [Candidate((), found[0].bindings)]
        bind(builder, found[0].bindings, known, block)
        close_scope(builder, span)
    else:
        _lower_refutable(builder, alternative, found, known, depth)
    for name, local in known.items():
        bind_name(builder, name, local)


def _lower_refutable(
    builder: Builder, alternative: Node, found: list[Candidate], known: dict[str, int], depth: int
) -> None:
    """`let … else`: where the pattern fails, the statement's temporaries die before the `else` block runs."""
    span = span_of(builder, alternative)
    block = builder.stack[depth - 1]
    failed, bound = new_block(builder), new_block(builder)
    entries = [(candidate, new_block(builder), False) for candidate in found]
    decide(builder, entries, span, failed)
    start(builder, failed)
    leave_to(builder, depth, span)
    statement = builder.stack.pop()
    builder.scope = block
    lower_branch(builder, alternative, None)
    terminate(builder, "unreachable", span)
    builder.stack.append(statement)
    builder.scope = statement
    for candidate, entry, _ in entries:
        start(builder, entry)
        bind(builder, candidate.bindings, known, block)
        goto(builder, span, bound)
    start(builder, bound)
    close_scope(builder, span)


def _extend(builder: Builder, value: Node, block: int) -> list[int]:
    """Mark the operands of `&` whose temporaries live to the end of the block."""
    marked: list[int] = []
    pending = [value]
    while pending:
        node = pending.pop()
        kind = node.type
        if kind == "reference_expression":
            operand = inner(node)
            _extend_operand(builder, operand, block, marked)
            pending.append(operand)
        elif kind in {"tuple_expression", "array_expression", "parenthesized_expression", "unsafe_block"}:
            pending.extend(parts(node))
        elif kind == "type_cast_expression":
            pending.append(parts(node)[0])
        elif kind == "struct_expression":
            pending.extend(_field_values(node))
        elif kind == "call_expression":
            pending.extend(_constructor_arguments(builder, node))
        elif kind in {"block", "expression_statement"}:
            pending.extend(parts(node)[-1:] if node.children[-1].type != ";" else ())
        elif kind == "if_expression":
            consequence = node.child_by_field_name("consequence")
            alternative = node.child_by_field_name("alternative")
            pending.extend(each for each in (consequence, alternative) if each is not None)
        elif kind == "else_clause":
            pending.append(inner(node))
        elif kind == "macro_invocation" and form_of(builder, call_of(builder, node).path) == "pin":
            builder.extended[node.id] = block
            marked.append(node.id)
        elif kind == "match_expression":
            pending.extend(_arm_values(node))
    return marked


def _extend_operand(builder: Builder, node: Node, block: int, marked: list[int]) -> None:
    """Mark an extended expression and what it is a part of."""
    while True:
        builder.extended[node.id] = block
        marked.append(node.id)
        kind = node.type
        if kind in {"field_expression", "index_expression"}:
            node = parts(node)[0]
        elif kind in {"parenthesized_expression", "reference_expression"} or (
            kind == "unary_expression" and node.children[0].type == "*"
        ):
            node = inner(node)
        else:
            return


def _field_values(node: Node) -> list[Node]:
    body = node.child_by_field_name("body")
    values = [field.child_by_field_name("value") for field in parts(body)] if body is not None else []
    return [value for value in values if value is not None]


def _constructor_arguments(builder: Builder, node: Node) -> list[Node]:
    """Arguments of a tuple struct's or variant's constructor: the extension goes through it (since Rust 1.89)."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or function.type not in {"identifier", "scoped_identifier"}:
        return []
    last = text_of(builder, function).rpartition("::")[2]
    return parts(arguments) if last[:1].isupper() else []


def _arm_values(node: Node) -> list[Node]:
    body = node.child_by_field_name("body")
    values = [arm.child_by_field_name("value") for arm in parts(body)] if body is not None else []
    return [value for value in values if value is not None]


def _binds_by_reference(pattern: Node) -> bool:
    """Whether a pattern has a `ref` binding that is not behind a `&`."""
    pending = [pattern]
    while pending:
        node = pending.pop()
        if node.type == "ref_pattern" or (node.type == "ref" and not node.is_named):
            return True
        if node.type != "reference_pattern":
            pending.extend(node.children)
    return False
