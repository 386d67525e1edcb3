"""A written model of the kernel's in-place initialisers: `pin_init!`, `try_pin_init!`, `init!`, `try_init!`.

Their definition munches tokens through dozens of expansions and ends in raw pointer writes. What it means is short:
a closure that fills the fields in order. `field <- expression` runs another initialiser, which may fail; then the
fields that were filled are dropped. See the documentation of the `pin_init` crate.
"""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.lower.bodies import begin, finished, inner_builder, take_in
from scrutineer.facts.lower.control import take_or_return
from scrutineer.facts.lower.expansion import Call
from scrutineer.facts.lower.expression import inner, lower_into
from scrutineer.facts.lower.names import place_of_name
from scrutineer.facts.lower.scopes import (
    bind_name,
    close_scope,
    declare,
    open_scope,
    release,
    schedule,
    temporary,
)
from scrutineer.facts.lower.source import framed, span_of, text_of
from scrutineer.facts.lower.state import Builder, emit, terminate
from scrutineer.model.body import Callee, Operand, Place

_RUN = Callee("path", "PinInit::__pinned_init")


class Field(NamedTuple):
    """One entry: `<-` is `nested`, `..` is the `rest`; the value stands in `tokens`, none for a shorthand."""

    name: Node
    tokens: list[Node]
    nested: bool = False
    rest: bool = False


def lower_initialiser(builder: Builder, call: Call, target: Place | None) -> bool:
    """Lower an initialiser macro; false if its arguments are not written as one."""
    outer = call.node.children[-1].children[1:-1]
    brace = next((at for at, node in enumerate(outer) if _is_brace(builder, node)), None)
    if brace is None:
        return False
    fields = _fields(builder, outer[brace].children[1:-1])
    if fields is None:
        return False
    path = [node for node in outer[:brace] if node.type not in {"&", "#"}]
    inside = inner_builder(builder)
    begin(inside, call.node, None)
    if len(path) > 2 and text_of(builder, path[1]) == "in":
        bind_name(inside, text_of(builder, path[0]), declare(inside, text_of(builder, path[0]), path[0]))
        path = path[2:]
    name = builder.text[path[0].start_byte : path[-1].end_byte].decode("utf-8", "replace") if path else ""
    _build(inside, call, name, fields)
    body = finished(inside, call.node, 0, closure=len(builder.closures), by_move=True)
    take_in(builder, call.node, target, body)
    return True


def _is_brace(builder: Builder, node: Node) -> bool:
    return node.type == "token_tree" and builder.text[node.start_byte] == ord("{")


def _fields(builder: Builder, tokens: list[Node]) -> list[Field] | None:
    """Entries between the braces; None if something there is no entry."""
    found: list[Field] = []
    for part in _split(tokens):
        words = [text_of(builder, token) for token in part[:3]]
        if words[0] == "..":
            found.append(Field(part[0], part[1:], rest=True))
        elif words[1:3] == ["<", "-"]:
            found.append(Field(part[0], part[3:], nested=True))
        elif words[1:2] == ["<-"]:
            found.append(Field(part[0], part[2:], nested=True))
        elif words[1:2] == [":"]:
            found.append(Field(part[0], part[2:]))
        elif len(part) == 1 and part[0].type == "identifier":
            found.append(Field(part[0], []))
        elif found:  # a comma inside generic arguments
            last = found[-1]
            found[-1] = last._replace(tokens=[*last.tokens, *part])
        else:
            return None
    return found


def _split(tokens: list[Node]) -> list[list[Node]]:
    """Tokens between commas, attributes left out."""
    parts: list[list[Node]] = [[]]
    skip = False
    for token in tokens:
        if token.type in {"line_comment", "block_comment"}:
            continue
        if token.type == ",":
            parts.append([])
        elif token.type == "#":
            skip = True
        elif not skip:
            parts[-1].append(token)
        else:
            skip = False
    return [part for part in parts if part]


def _build(inside: Builder, call: Call, name: str, fields: list[Field]) -> None:
    span = span_of(inside, call.node)
    block = open_scope(inside, "block", span)
    operands: list[Operand] = []
    for field in fields:
        if text_of(inside, field.name) == "_":
            _value(inside, field, Place(temporary(inside, field.name, block)))
            continue
        local = temporary(inside, field.name, block)
        if field.nested:
            _run(inside, field, Place(local))
        else:
            _value(inside, field, Place(local))
        schedule(inside, local, block, droppable=True)
        operands.append(Operand("use", Place(local)))
    names = tuple(
        ".." if field.rest else text_of(inside, field.name)
        for field in fields
        if text_of(inside, field.name) != "_"
    )
    emit(inside, "aggregate", span, Place(0), tuple(operands), name, fields=names)
    release(inside, tuple(operands))
    close_scope(inside, span)
    close_scope(inside, span)
    terminate(inside, "return", span, labels=("end",))


def _value(inside: Builder, field: Field, target: Place) -> None:
    """The value of an entry, in a statement of its own."""
    span = span_of(inside, field.name)
    outer = inside.temporaries
    inside.temporaries = open_scope(inside, "statement", span)
    if not field.tokens:
        place = place_of_name(inside, text_of(inside, field.name))
        emit(inside, "assign", span, target, (Operand("use", place),))
    else:
        start, end = field.tokens[0].start_byte, field.tokens[-1].end_byte
        with framed(inside, b"_(", start, inside.text[start:end], b");") as body:
            arguments = inner(inner(body)).child_by_field_name("arguments") if body is not None else None
            if arguments is None or arguments.named_child_count != 1:
                emit(inside, "opaque", span, target, (), "initialiser")
            else:
                lower_into(inside, arguments.named_children[0], target)
    close_scope(inside, span)
    inside.temporaries = outer


def _run(inside: Builder, field: Field, target: Place) -> None:
    """`field <- initialiser`: run it, and leave if it fails."""
    span = span_of(inside, field.name)
    value, result = temporary(inside, field.name), temporary(inside, field.name)
    _value(inside, field, Place(value))
    emit(inside, "call", span, Place(result), (Operand("use", Place(value)),), callee=_RUN)
    take_or_return(inside, field.name, Place(result), target)
