"""Calls: of paths, of methods, of values; and `await`."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.expression import (
    expression,
    inner,
    lower_operand,
    lower_operands,
    lower_place,
    used,
)
from scrutineer.facts.lower.names import place_of_name
from scrutineer.facts.lower.source import generic_arguments, parts, span_of, text_of, type_of
from scrutineer.facts.lower.state import Builder, emit
from scrutineer.model.body import Callee, Operand, Place
from scrutineer.model.types import TypeRef

_VALUE = Callee("value", "")


@expression("call_expression")
def lower_call(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a call: the receiver or callee value first, then the arguments from left to right."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    assert function is not None
    given = parts(arguments) if arguments is not None else []
    generics = None
    if function.type == "generic_function":
        generics = function.child_by_field_name("type_arguments")
        named = function.child_by_field_name("function")
        assert named is not None
        if named.type == "field_expression":
            function = named
    if function.type == "field_expression":
        receiver, method = function.child_by_field_name("value"), function.child_by_field_name("field")
        assert receiver is not None
        assert method is not None
        place = lower_place(builder, receiver)
        if "*" not in place.steps:
            builder.borrowed.add(place.local)
        first: tuple[Operand, ...] = (Operand("receiver", place),)
        types = generic_arguments(builder, generics) if generics is not None else ()
        callee = Callee("method", text_of(builder, method), types)
    else:
        first, callee = _callee(builder, function)
    operands = lower_operands(builder, node, given)
    emit(builder, "call", span_of(builder, node), target, first + operands, callee=callee)
    used(builder, operands)


def _callee(builder: Builder, node: Node) -> tuple[tuple[Operand, ...], Callee]:
    """A path, unless it names a local; any other expression is a value that is called."""
    kind = node.type
    if kind == "identifier":
        name = text_of(builder, node)
        place = place_of_name(builder, name)
        if place.local < 0:
            return (), Callee("path", name)
        return (Operand("receiver", place),), _VALUE
    if kind in {"scoped_identifier", "generic_function", "self"}:
        return (), path_callee(builder, node)
    if kind == "parenthesized_expression":
        return _callee(builder, inner(node))
    return (Operand("receiver", lower_place(builder, node)),), _VALUE


def path_callee(builder: Builder, node: Node) -> Callee:
    """The callee of a path: `Vec::<u8>::new`, `<T as Trait>::f::<U>`, `Self::f`."""
    text = text_of(builder, node)
    if "<" not in text and not any(mark in text for mark in " \n/"):
        return Callee("path", text)
    generics: tuple[TypeRef, ...] = ()
    if node.type == "generic_function":
        arguments = node.child_by_field_name("type_arguments")
        named = node.child_by_field_name("function")
        if arguments is not None and named is not None:
            generics = generic_arguments(builder, arguments)
            node = named
    path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
    if path is None or name is None:
        return Callee("path", text_of(builder, node), generics)
    if path.type == "bracketed_type":
        within = inner(path)
        if within.type == "qualified_type":
            type_, trait = within.child_by_field_name("type"), within.child_by_field_name("alias")
            assert type_ is not None
            assert trait is not None
            return Callee(
                "path",
                text_of(builder, name),
                generics,
                type_of(builder, type_),
                type_of(builder, trait),
            )
        return Callee("path", text_of(builder, name), generics, type_of(builder, within))
    plain = path_text(builder, node)
    self_type = (
        type_of(builder, path) if path.type in {"generic_type", "generic_type_with_turbofish"} else None
    )
    return Callee("path", plain, generics, self_type)


def path_text(builder: Builder, node: Node) -> str:
    """A path without generic arguments, comments and spaces."""
    path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
    if node.type in {"scoped_identifier", "scoped_type_identifier"} and name is not None:
        last = text_of(builder, name)
        return f"{path_text(builder, path)}::{last}" if path is not None else f"::{last}"
    if node.type in {"generic_type", "generic_type_with_turbofish", "generic_function"}:
        named = node.child_by_field_name("type") or node.child_by_field_name("function")
        if named is not None:
            return path_text(builder, named)
    return text_of(builder, node)


@expression("await_expression")
def lower_await(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `.await`: the future is taken, and the body may be dropped here and never go on."""
    operand = lower_operand(builder, parts(node)[0])
    emit(builder, "await", span_of(builder, node), target, (operand,))


@expression("yield_expression")
def lower_yield(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `yield`."""
    values = parts(node)
    operands = (lower_operand(builder, values[0]),) if values else ()
    emit(builder, "yield", span_of(builder, node), target, operands)
