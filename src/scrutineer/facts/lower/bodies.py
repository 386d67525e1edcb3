"""Whole bodies: parameters, the result, closures and async blocks as bodies of their own."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.captures import captures_of
from scrutineer.facts.lower.decide import bind
from scrutineer.facts.lower.expression import expression, lower_branch, lower_into
from scrutineer.facts.lower.finish import blocks_of, scopes_of
from scrutineer.facts.lower.patterns import Candidate, candidates, parts_of_pattern
from scrutineer.facts.lower.scopes import bind_name, close_scope, may_need_drop, open_scope, schedule
from scrutineer.facts.lower.source import parts, span_of, text_of, type_of
from scrutineer.facts.lower.state import Builder, emit, terminate
from scrutineer.model.body import Body, Local, Operand, Place
from scrutineer.model.types import TypeRef


def build_function(builder: Builder, node: Node) -> int:
    """Lower a function with a body; returns the number of its parameters."""
    parameters, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
    result = node.child_by_field_name("return_type")
    assert body is not None
    given = [
        part
        for part in (parts(parameters) if parameters is not None else [])
        if part.type in {"parameter", "self_parameter"}
    ]
    begin(builder, node, result)
    entries = [_parameter(builder, each) for each in given]
    _enter(builder, entries)
    _end(builder, body)
    return len(entries)


def build_value(builder: Builder, node: Node, value: Node) -> int:
    """Lower the initialiser of a const or static; it has no parameters."""
    begin(builder, node, node.child_by_field_name("type"))
    _end(builder, value)
    return 0


def build_unreadable(builder: Builder, node: Node) -> int:
    """A body that cannot be lowered: one opaque operation."""
    span = span_of(builder, node)
    begin(builder, node, None)
    emit(builder, "opaque", span, Place(0), (), "too deep or too large")
    builder.damaged = True
    close_scope(builder, span)
    terminate(builder, "return", span, labels=("end",))
    return 0


def begin(builder: Builder, node: Node, result: Node | None) -> None:
    """Open a body: its outermost scope and the local of its result."""
    span = span_of(builder, node)
    type_ = type_of(builder, result) if result is not None else None
    builder.temporaries = open_scope(builder, "function", span)
    builder.locals.append(Local("", "result", 0, span, type_))


def _parameter(builder: Builder, node: Node) -> tuple[int, Node | None]:
    """Make a parameter's local; with it, the pattern that still has to take it apart, if it is not a name."""
    span = span_of(builder, node)
    if node.type == "self_parameter":
        kinds = {child.type for child in node.children}
        type_ = TypeRef("self", "Self")
        if "&" in kinds:
            lifetimes = tuple(text_of(builder, child) for child in node.children if child.type == "lifetime")
            type_ = TypeRef("ref", "", (type_,), "mutable_specifier" in kinds, lifetimes)
        builder.locals.append(Local("self", "parameter", 0, span, type_, "mutable_specifier" in kinds))
        return len(builder.locals) - 1, None
    pattern, written = node.child_by_field_name("pattern"), node.child_by_field_name("type")
    type_or_none = type_of(builder, written) if written is not None else None
    if node.type != "parameter":
        pattern = node
    name, mutable = _plain_name(builder, node, pattern)
    builder.locals.append(Local(name, "parameter", 0, span, type_or_none, mutable))
    return len(builder.locals) - 1, None if name else pattern


def _plain_name(builder: Builder, node: Node, pattern: Node | None) -> tuple[str, bool]:
    mutable = node.type == "parameter" and any(child.type == "mutable_specifier" for child in node.children)
    if pattern is not None and pattern.type == "mut_pattern":
        pattern, mutable = parts_of_pattern(pattern)[-1], True
    if pattern is not None and pattern.type in {"identifier", "self"}:
        return text_of(builder, pattern), mutable
    return "", mutable


def _enter(builder: Builder, entries: list[tuple[int, Node | None]]) -> None:
    """Schedule and bind each parameter in turn: its bindings are dropped before what a pattern left of it."""
    for local, pattern in entries:
        record = builder.locals[local]
        schedule(builder, local, 0, may_need_drop(record.type))
        if record.name:
            bind_name(builder, record.name, local)
        elif pattern is not None:
            known: dict[str, int] = {}
            found = candidates(builder, pattern, Place(local))[0]
            bind(builder, Candidate((), found.bindings).bindings, known, 0)
            for name, bound in known.items():
                bind_name(builder, name, bound)


def _end(builder: Builder, body: Node) -> None:
    span = span_of(builder, body)
    lower_branch(builder, body, Place(0))
    close_scope(builder, span)
    terminate(builder, "return", span, labels=("end",))


def finished(
    builder: Builder,
    node: Node,
    parameters: int,
    *,
    function: int = -1,
    value: int = -1,
    closure: int = -1,
    by_move: bool = False,
) -> Body:
    """The record of what was built."""
    span = span_of(builder, node)
    by_move = by_move or any(child.type == "move" for child in node.children)
    return Body(
        function=function,
        value=value,
        closure=closure,
        span=span,
        parameters=parameters,
        locals=tuple(builder.locals),
        scopes=scopes_of(builder),
        blocks=blocks_of(builder, span),
        closures=tuple(builder.closures),
        expansions=tuple(builder.expansions),
        captures=captures_of(builder, by_move=by_move) if builder.captures else (),
        by_move=by_move,
        asynchronous=_asynchronous(builder, node),
        damaged=builder.damaged or node.has_error,
        holes=tuple(builder.holes),
    )


def _asynchronous(builder: Builder, node: Node) -> bool:
    for child in node.children:
        if child.type == "async":
            return True
        if child.type == "function_modifiers":
            return "async" in text_of(builder, child).split()
    return False


def inner_builder(builder: Builder) -> Builder:
    """A builder for a body that stands inside this one and may capture its variables."""
    inside = Builder(builder.text, builder.context, builder)
    inside.shift, inside.origin = builder.shift, builder.origin
    inside.expansion, inside.expansions, inside.depth = builder.expansion, builder.expansions, builder.depth
    inside.unsafe_block, inside.cfg = builder.unsafe_block, builder.cfg
    inside.holes = builder.holes
    return inside


@expression("closure_expression")
def lower_closure(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a closure: its own body, and in this one the taking of what it captures."""
    inside = inner_builder(builder)
    parameters, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
    assert body is not None
    begin(inside, node, node.child_by_field_name("return_type"))
    entries = [
        _parameter(inside, each) for each in (parts_of_pattern(parameters) if parameters is not None else [])
    ]
    _enter(inside, entries)
    _end(inside, body)
    take_in(builder, node, target, finished(inside, node, len(entries), closure=len(builder.closures)))


@expression("async_block", "gen_block")
def lower_async(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an async block like a closure without parameters."""
    inside = inner_builder(builder)
    begin(inside, node, None)
    _end(inside, parts(node)[-1])
    take_in(builder, node, target, finished(inside, node, 0, closure=len(builder.closures)))


def take_in(builder: Builder, node: Node, target: Place | None, body: Body) -> None:
    """Emit the making of a closure in the body that it stands in."""
    builder.closures.append(body)
    kind = "async" if node.type == "async_block" else "closure"
    operands = tuple([Operand(capture.mode, capture.place) for capture in body.captures])
    builder.borrowed.update(
        capture.place.local
        for capture in body.captures
        if capture.mode != "use" and "*" not in capture.place.steps
    )
    name = f"{kind}#{body.closure}"
    emit(builder, "aggregate", span_of(builder, node), target, operands, name)


@expression("const_block")
def lower_const_block(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower `const { … }` where it stands; it runs at compile time."""
    body = node.child_by_field_name("body")
    assert body is not None
    lower_into(builder, body, target)
