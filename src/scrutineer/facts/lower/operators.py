"""Operators, references, casts, assignment, and the literals that build values of parts."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.conditions import lower_boolean
from scrutineer.facts.lower.decide import mention
from scrutineer.facts.lower.expression import (
    LITERALS,
    assign,
    emit_value,
    expression,
    inner,
    is_place,
    lower_into,
    lower_operand,
    lower_operands,
    lower_place,
    lower_temporary,
    quiet,
    read_operand,
    used,
)
from scrutineer.facts.lower.scopes import close_scope, open_scope, release, schedule, temporary
from scrutineer.facts.lower.source import parts, span_of, text_of, type_of
from scrutineer.facts.lower.state import Builder, emit
from scrutineer.model.body import Operand, Place

_COMPARISONS = frozenset(["==", "!=", "<", ">", "<=", ">="])


@expression("parenthesized_expression")
def lower_parenthesized(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower what stands inside parentheses."""
    lower_into(builder, inner(node), target)


@expression("binary_expression")
def lower_binary(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an operator: comparisons read their operands, arithmetic takes them, `&&` and `||` branch."""
    left, right = parts(node)
    operator = node.children[1].type
    if operator in {"&&", "||"}:
        lower_boolean(builder, node, target)
        return
    if operator in _COMPARISONS:
        read = (read_operand(builder, left), read_operand(builder, right))
        emit(builder, "binary", span_of(builder, node), target, read, operator)
        return
    operands = lower_operands(builder, node, [left, right])
    emit(builder, "binary", span_of(builder, node), target, operands, operator)
    used(builder, operands)


@expression("unary_expression")
def lower_unary(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `-` and `!`; a dereference is a place."""
    operator = node.children[0].type
    if operator == "*":
        place = lower_place(builder, node)
        if target is not None:
            assign(builder, node, target, Operand("use", place))
        return
    operand = lower_operand(builder, inner(node))
    emit(builder, "unary", span_of(builder, node), target, (operand,), operator)


@expression("reference_expression")
def lower_reference(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `&`, `&mut`, `&raw const`, `&raw mut`."""
    flags = {child.type for child in node.children[1:-1]}
    place = lower_place(builder, inner(node))
    borrow(builder, node, target, place, mutable="mutable_specifier" in flags, raw="raw" in flags)


def borrow(
    builder: Builder, node: Node, target: Place | None, place: Place, *, mutable: bool, raw: bool = False
) -> None:
    """Emit the taking of a reference or raw pointer."""
    if "*" not in place.steps:
        builder.borrowed.add(place.local)
    operands = (Operand("write" if mutable else "read", place),)
    emit(
        builder, "raw_borrow" if raw else "borrow", span_of(builder, node), target, operands, mutable=mutable
    )


@expression("type_cast_expression")
def lower_cast(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `as`."""
    value, type_ = node.child_by_field_name("value"), node.child_by_field_name("type")
    assert value is not None
    assert type_ is not None
    operand = lower_operand(builder, value)
    emit(builder, "cast", span_of(builder, node), target, (operand,), type_=type_of(builder, type_))


@expression("assignment_expression")
def lower_assignment(builder: Builder, node: Node, _: Place | None) -> None:
    """Lower `=`: the value is made, the old one dropped, the new one stored."""
    left, right = parts(node) if node.named_child_count == 2 else (node.children[0], node.children[-1])
    if left.type == "identifier" and text_of(builder, left) == "_":
        if is_place(right):
            mention(builder, left, lower_place(builder, right))
        else:
            lower_temporary(builder, right)
        return
    if left.type in {"tuple_expression", "array_expression", "struct_expression", "call_expression"}:
        _lower_taking_apart(builder, node, left, right)
        return
    if right.type in LITERALS:
        lower_into(builder, right, lower_place(builder, left))
        return
    operands = lower_operands(builder, node, [right], waits=not (quiet(left) and quiet(right)))
    overwrite(builder, node, lower_place(builder, left), operands[0])
    used(builder, operands)


def overwrite(builder: Builder, node: Node, place: Place, operand: Operand) -> None:
    """Drop what a place holds, if anything, and store an operand there."""
    emit(builder, "drop", span_of(builder, node), place)
    assign(builder, node, place, operand)
    release(builder, (operand,))


def _lower_taking_apart(builder: Builder, node: Node, left: Node, right: Node) -> None:
    """Destructuring assignment: `{ let (a, b) = right; left.0 = a; left.1 = b; }`."""
    span, outer = span_of(builder, node), builder.temporaries
    block = open_scope(builder, "block", span)
    builder.temporaries = open_scope(builder, "statement", span)
    found: list[tuple[Node, Place]] = []
    _take_apart(builder, left, lower_place(builder, right), found)
    taken: list[tuple[Node, Operand]] = []
    for target, part in found:
        local = temporary(builder, target, block)
        assign(builder, target, Place(local), Operand("use", part), "bind")
        schedule(builder, local, block, droppable=True)
        taken.append((target, Operand("use", Place(local))))
    close_scope(builder, span)
    builder.temporaries = block
    for target, operand in taken:
        overwrite(builder, target, lower_place(builder, target), operand)
    close_scope(builder, span)
    builder.temporaries = outer


def _take_apart(builder: Builder, node: Node, value: Place, found: list[tuple[Node, Place]]) -> None:
    """Each place on the left with the part that it takes, from left to right."""
    kind = node.type
    if kind == "identifier" and text_of(builder, node) == "_":
        return
    if kind in {"tuple_expression", "array_expression", "call_expression"}:
        arguments = node.child_by_field_name("arguments") if kind == "call_expression" else node
        function = node.child_by_field_name("function")
        if function is not None:
            value = value.then("@" + text_of(builder, function))
        elements = parts(arguments) if arguments is not None else []
        step = "[{}:]" if kind == "array_expression" else ".{}"
        back = "[:{}]" if kind == "array_expression" else ".-{}"
        rest = next((at for at, each in enumerate(elements) if text_of(builder, each) == ".."), len(elements))
        for at, each in enumerate(elements):
            if at < rest:
                _take_apart(builder, each, value.then(step.format(at)), found)
            elif at > rest:
                _take_apart(builder, each, value.then(back.format(len(elements) - at)), found)
    elif kind == "struct_expression":
        body = node.child_by_field_name("body")
        for field in parts(body) if body is not None else []:
            name = field.child_by_field_name("field") or (field.named_children or [field])[0]
            target = field.child_by_field_name("value") or name
            if field.type in {"field_initializer", "shorthand_field_initializer"}:
                _take_apart(builder, target, value.then("." + text_of(builder, name)), found)
    else:
        found.append((node, value))


@expression("compound_assignment_expr")
def lower_compound(builder: Builder, node: Node, _: Place | None) -> None:
    """Lower `+=` and its like in the order of the built-in types: the right side first."""
    left, right = parts(node)
    value = lower_operands(builder, node, [right], waits=not quiet(left))
    operands = (Operand("write", lower_place(builder, left)), *value)
    operator = next(child.type for child in node.children if child.type.endswith("="))
    emit(builder, "binary", span_of(builder, node), None, operands, operator)
    used(builder, value)


@expression("tuple_expression")
def lower_tuple(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `(a, b)`."""
    emit_value(builder, node, target, "()", node, parts(node))


@expression("array_expression")
def lower_array(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `[a, b]` and `[a; n]`."""
    lower_elements(builder, node, node, target, "[]")


def lower_elements(builder: Builder, node: Node, array: Node, target: Place | None, name: str) -> None:
    """Lower elements, or a repeated element, as an aggregate of this name (`[]`, `vec![]`)."""
    repeated = any(child.type == ";" for child in array.children)
    name = name.replace("]", ";]") if repeated else name
    emit_value(builder, node, target, name, array, parts(array))


@expression("range_expression")
def lower_range(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `a..b` and its relatives."""
    operator = next(child.type for child in node.children if child.type.startswith(".."))
    ends = parts(node)
    operands = lower_operands(builder, node, ends)
    fields = ("start", "end")
    if len(ends) == 1:
        fields = ("end",) if node.children[0].type == operator else ("start",)  # type: ignore[assignment]
    emit(
        builder,
        "aggregate",
        span_of(builder, node),
        target,
        operands,
        operator,
        fields=fields[: len(ends)],
    )
    used(builder, operands)


@expression("struct_expression")
def lower_struct(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `S { a: x, b, ..base }`; of the base only the fields not named are taken."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    assert name is not None
    values: list[Node] = []
    fields: list[str] = []
    base: Node | None = None
    for field in parts(body) if body is not None else []:
        if field.type == "base_field_initializer":
            base = inner(field)
        elif field.type == "shorthand_field_initializer":
            values.append(inner(field))
            fields.append(text_of(builder, inner(field)))
        else:
            value, label = field.child_by_field_name("value"), field.child_by_field_name("field")
            if value is not None and label is not None:
                values.append(value)
                fields.append(text_of(builder, label))
    waits = base is not None and not quiet(base)
    operands = lower_operands(builder, node, values, waits=waits)
    if base is not None:
        operands = (*operands, Operand("use", lower_place(builder, base)))
        fields.append("..")
    emit(
        builder,
        "aggregate",
        span_of(builder, node),
        target,
        operands,
        text_of(builder, name),
        type_=type_of(builder, name),
        fields=tuple(fields),
    )
    used(builder, operands[: len(values)])
