"""Macro calls: those of the table by their form, expanded ones by their expansion, others as opaque operations."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from scrutineer.facts.lower.asm import lower_asm
from scrutineer.facts.lower.branching import lower_branches
from scrutineer.facts.lower.conditions import lower_condition
from scrutineer.facts.lower.control import take_or_return
from scrutineer.facts.lower.expansion import MODELLED, Call, call_of, cfg_predicate, expanded, form_of
from scrutineer.facts.lower.expression import (
    assign,
    expression,
    lower_into,
    lower_moved,
    lower_place,
    read_operand,
    unit,
)
from scrutineer.facts.lower.formatting import format_operands, without_marks
from scrutineer.facts.lower.initialisers import lower_initialiser
from scrutineer.facts.lower.matching import lower_matches
from scrutineer.facts.lower.operators import borrow, lower_elements
from scrutineer.facts.lower.scopes import close_scope, leave_to, open_scope, schedule, temporary
from scrutineer.facts.lower.source import framed, parts, span_of
from scrutineer.facts.lower.state import Builder, emit, goto, new_block, start, terminate
from scrutineer.model.body import Operand, Place

Form = Callable[[Builder, Call, list[Node], Place | None], None]
_FORMS: dict[str, Form] = {}
_NEEDED = {"format": 0, "log": 0, "panic": 0, "bail": 0, "arguments": 0} | dict.fromkeys(
    ["assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"], 2
)


def form(*names: str) -> Callable[[Form], Form]:
    """Register what lowers a form of the table, given the arguments as expressions."""

    def register(handler: Form) -> Form:
        for name in names:
            _FORMS[name] = handler
        return handler

    return register


@expression("macro_invocation")
def lower_macro(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a macro call."""
    call = call_of(builder, node)
    kind = form_of(builder, call.path)
    if call.path.rpartition("::")[2] in MODELLED and lower_initialiser(builder, call, target):
        return
    if kind:
        if _known(builder, kind, call, target):
            return
    else:
        with expanded(builder, node, "expression") as body:
            if body is not None:
                _lower_expansion(builder, body, target)
                return
        if lower_branches(builder, call, target):
            return
    opaque(builder, call, target)


def _lower_expansion(builder: Builder, body: Node, target: Place | None) -> None:
    """An expansion that is one expression is lowered as if it stood there; statements get a block."""
    inside = parts(body)
    if len(inside) == 1 and inside[0].type not in {"let_declaration", "expression_statement"}:
        lower_into(builder, inside[0], target)
    elif len(inside) == 1 and inside[0].type == "expression_statement" and inside[0].children[-1].type != ";":
        lower_into(builder, inside[0].children[0], target)
    else:
        lower_into(builder, body, target)


def opaque(builder: Builder, call: Call, target: Place | None) -> None:
    """A macro that nothing is known about."""
    span = span_of(builder, call.node)
    emit(builder, "opaque", span, target, (), call.path)
    builder.holes.append(builder.context.macro_calls.get(span.start, -1) if not span.path else -1)


def _known(builder: Builder, kind: str, call: Call, target: Place | None) -> bool:
    """Lower a macro of the table; false if its arguments do not read as its form says."""
    if kind == "item":
        unit(builder, call.node, target)
        return True
    if kind == "constant":
        if target is not None:
            assign(builder, call.node, target, Operand("constant", None, call.path + "!"))
        return True
    if kind == "cfg":
        _lower_cfg(builder, call, target)
        return True
    if kind == "asm":
        lower_asm(builder, call, target)
        return True
    if kind == "matches":
        return lower_matches(builder, call, target)
    before, after = (b"[", b"]") if kind == "vec" else (b"_(", b");")
    outer, builder.call = builder.call, (call.node.id, span_of(builder, call.node))
    inside = without_marks(call.inside) if kind == "log" else call.inside
    with framed(builder, before, call.start, inside, after) as body:
        done = body is not None and kind in _FORMS and _lower_form(builder, kind, call, body, target)
    builder.call = outer
    return done


def _lower_form(builder: Builder, kind: str, call: Call, body: Node, target: Place | None) -> bool:
    """Lower a call whose arguments were framed as those of a function, or as an array."""
    value = parts(body)[0]
    if value.type == "expression_statement":
        value = value.children[0]
    if kind == "vec":
        _FORMS[kind](builder, call, [value], target)
        return True
    given = value.child_by_field_name("arguments")
    arguments = parts(given) if given is not None else []
    if len(arguments) < _NEEDED.get(kind, 1):
        return False
    _FORMS[kind](builder, call, arguments, target)
    return True


@form("vec")
def _lower_vec(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    lower_elements(builder, call.node, arguments[0], target, "vec![]")


@form("format", "log")
def _lower_format(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    span = span_of(builder, call.node)
    outer = builder.temporaries
    builder.temporaries = open_scope(builder, "statement", span)
    emit(builder, "format", span, target, format_operands(builder, arguments), call.path)
    close_scope(builder, span)
    builder.temporaries = outer


@form("arguments")
def _lower_arguments(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    emit(
        builder, "format", span_of(builder, call.node), target, format_operands(builder, arguments), call.path
    )


@form("write")
def _lower_write(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    first = Operand("write", lower_place(builder, arguments[0])) if arguments else None
    rest = format_operands(builder, arguments[1:])
    operands = (first, *rest) if first is not None else rest
    emit(builder, "format", span_of(builder, call.node), target, operands, call.path)


@form("panic")
def _lower_panic(builder: Builder, call: Call, arguments: list[Node], _: Place | None) -> None:
    span = span_of(builder, call.node)
    emit(builder, "panic", span, None, format_operands(builder, arguments), call.path)
    terminate(builder, "unreachable", span)


@form("assert", "debug_assert", "ensure")
def _lower_assert(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    kind = form_of(builder, call.path)
    after = _only_in_debug(builder, call, kind)
    fails, holds = new_block(builder), new_block(builder)
    span = span_of(builder, call.node)
    lower_condition(builder, arguments[0], fails, len(builder.stack))
    goto(builder, span, holds)
    start(builder, fails)
    if kind == "ensure":
        _lower_bail(builder, call, arguments[1:], None)
    else:
        _lower_panic(builder, call, arguments[1:], None)
    start(builder, holds)
    _meet(builder, call, after, target)


@form("assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne")
def _lower_comparison(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    kind = form_of(builder, call.path)
    after = _only_in_debug(builder, call, kind)
    span = span_of(builder, call.node)
    operands = (read_operand(builder, arguments[0]), read_operand(builder, arguments[1]))
    holds, fails = new_block(builder), new_block(builder)
    result = Place(temporary(builder, call.node))
    emit(builder, "binary", span, result, operands, "==" if kind.endswith("eq") else "!=")
    terminate(builder, "branch", span, (holds, fails), Operand("use", result))
    start(builder, fails)
    _lower_panic(builder, call, arguments[2:], None)
    start(builder, holds)
    _meet(builder, call, after, target)


def _only_in_debug(builder: Builder, call: Call, kind: str) -> int:
    """Where a `debug_` form ends if debug assertions are off; 0 for other forms."""
    if not kind.startswith("debug_"):
        return 0
    there, after = new_block(builder), new_block(builder)
    labels = ("debug_assertions", "not(debug_assertions)")
    terminate(builder, "cfg", span_of(builder, call.node), (there, after), None, labels)
    start(builder, there)
    return after


def _meet(builder: Builder, call: Call, after: int, target: Place | None) -> None:
    if after:
        goto(builder, span_of(builder, call.node), after)
        start(builder, after)
    unit(builder, call.node, target)


@form("bail")
def _lower_bail(builder: Builder, call: Call, arguments: list[Node], _: Place | None) -> None:
    span = span_of(builder, call.node)
    emit(builder, "format", span, Place(0), format_operands(builder, arguments), call.path)
    leave_to(builder, 0, span)
    terminate(builder, "return", span, labels=("return",))


@form("try")
def _lower_try(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    result = lower_moved(builder, arguments[0])
    take_or_return(builder, call.node, result, target)


@form("ready")
def _lower_ready(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    span = span_of(builder, call.node)
    place = lower_place(builder, arguments[0])
    ready, pending = new_block(builder), new_block(builder)
    terminate(builder, "match", span, (ready, pending), Operand("read", place), ("Ready", "Pending"))
    start(builder, pending)
    assign(builder, call.node, Place(0), Operand("constant", Place(-1, (), "Poll::Pending"), "Poll::Pending"))
    leave_to(builder, 0, span)
    terminate(builder, "return", span, labels=("return",))
    start(builder, ready)
    if target is not None:
        payload = place.then("@Ready").then(".0")
        assign(builder, call.node, target, Operand("use", payload), "bind")


@form("value")
def _lower_value(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    place = target or Place(temporary(builder, call.node))
    lower_into(builder, arguments[0], place)
    emit(builder, "format", span_of(builder, call.node), None, (Operand("read", place),), call.path)


@form("address", "address_mut")
def _lower_address(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    mutable = form_of(builder, call.path) == "address_mut"
    place = lower_place(builder, arguments[0])
    borrow(builder, call.node, target, place, mutable=mutable, raw=True)


@form("pin")
def _lower_pin(builder: Builder, call: Call, arguments: list[Node], target: Place | None) -> None:
    local = temporary(builder, arguments[0], builder.extended.get(call.node.id))
    lower_into(builder, arguments[0], Place(local))
    schedule(builder, local, builder.locals[local].scope, droppable=True)
    borrow(builder, call.node, target, Place(local), mutable=True)


def _lower_cfg(builder: Builder, call: Call, target: Place | None) -> None:
    """`cfg!(…)` as a value: `true` and `false` on two ways that meet again."""
    span = span_of(builder, call.node)
    predicate = cfg_predicate(builder, call.node)
    holds, fails, after = new_block(builder), new_block(builder), new_block(builder)
    terminate(builder, "cfg", span, (holds, fails), None, (predicate, f"not({predicate})"))
    for block, value in ((holds, "true"), (fails, "false")):
        start(builder, block)
        if target is not None:
            assign(builder, call.node, target, Operand("constant", None, value))
        goto(builder, span, after)
    start(builder, after)
