"""The three ways in which an expression is lowered: into a place, as a place, as an operand.

After rustc's `expr_into_dest`, `as_place` and `as_operand`. What an expression kind does when its value goes
into a place is registered by the module that knows the kind (`@expression("if_expression")`). A target of None
means that the value is `()` or that control does not come back: nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from scrutineer.facts.lower.names import path_operand, place_of_name
from scrutineer.facts.lower.scopes import close_scope, open_scope, release, schedule, temporary
from scrutineer.facts.lower.source import parts, span_of, text_of
from scrutineer.facts.lower.state import Builder, emit
from scrutineer.model.body import Operand, Place
from scrutineer.model.span import Span

Handler = Callable[[Builder, Node, Place | None], None]
_HANDLERS: dict[str, Handler] = {}

LITERALS = frozenset(
    [
        "integer_literal",
        "float_literal",
        "boolean_literal",
        "char_literal",
        "string_literal",
        "raw_string_literal",
        "negative_literal",
        "unit_expression",
    ]
)
NAMES = frozenset(["identifier", "self", "scoped_identifier", "generic_function", "super", "crate"])
_MISREAD = frozenset(
    ["call_expression", "index_expression", "binary_expression", "field_expression", "try_expression"]
)
_LETTER_B = ord("b")
_PLACES = frozenset(["field_expression", "index_expression"])
_COMPARISONS = frozenset(["==", "!=", "<", ">", "<=", ">=", "&&", "||"])


def expression(*kinds: str) -> Callable[[Handler], Handler]:
    """Register what lowers these kinds of node into a place."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            _HANDLERS[kind] = handler
        return handler

    return register


def lower_into(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an expression and store its value."""
    kind = node.type
    if kind in _MISREAD and builder.text[node.start_byte] == _LETTER_B and _starts_with_break(builder, node):
        kind = "break_expression"
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(builder, node, target)
    elif kind in LITERALS:
        if target is not None:
            assign(builder, node, target, Operand("constant", None, text_of(builder, node)))
    elif kind not in NAMES and kind not in _PLACES:
        builder.damaged = True
        emit(builder, "opaque", span_of(builder, node), target, (), kind)
    elif target is not None:
        assign(builder, node, target, lower_operand(builder, node))
    else:
        lower_operand(builder, node)


def lower_branch(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower a block, or another expression, at whose end all temporaries made in it die: a loop's body, an `else`."""
    outer = builder.temporaries
    span = span_of(builder, node)
    builder.temporaries = open_scope(builder, "body", span)
    lower_ended(builder, node, target)
    close_scope(builder, span)
    builder.temporaries = outer


def lower_ended(builder: Builder, node: Node, target: Place | None) -> None:
    """Lower an expression with which the temporary scope that is open ends."""
    outer = builder.root
    while node.type == "parenthesized_expression":
        node = inner(node)
    builder.root = node.id
    lower_into(builder, node, target)
    builder.root = outer


def _starts_with_break(builder: Builder, node: Node) -> bool:
    """The grammar reads `break (x)` as a call of `break`, and `break [x]` and `break &x` in the same way."""
    start = node.start_byte
    word = builder.text[start : start + 6]
    return word[:5] == b"break" and not (word[5:].isalnum() or word[5:] == b"_")


def assign(builder: Builder, node: Node, target: Place, operand: Operand, name: str = "") -> None:
    """Emit `target = operand`."""
    emit(builder, "assign", span_of(builder, node), target, (operand,), name)


def unit(builder: Builder, node: Node, target: Place | None) -> None:
    """Store `()`, which the result of a function holds anyway."""
    if target is not None and target.local != 0:
        assign(builder, node, target, Operand("constant", None, "()"))


def is_place(node: Node) -> bool:
    """Whether an expression names a place rather than making a value."""
    kind = node.type
    if kind in _PLACES or kind in {"identifier", "self"}:
        return True
    if kind == "unary_expression":
        return node.children[0].type == "*"
    return kind == "parenthesized_expression" and is_place(inner(node))


def inner(node: Node) -> Node:
    """The expression inside parentheses, or a node's last part."""
    return parts(node)[-1]


def droppable(node: Node) -> bool:
    """Whether a value of this expression may have something to drop, as far as its syntax shows."""
    kind = node.type
    if kind in LITERALS or kind in {"reference_expression", "type_cast_expression"}:
        return False
    if kind == "binary_expression":
        return node.children[1].type not in _COMPARISONS
    if kind == "parenthesized_expression":
        return droppable(inner(node))
    return True


def lower_temporary(builder: Builder, node: Node) -> Place:
    """Lower an expression into a new temporary of the innermost temporary scope (or of a longer one, if extended)."""
    scope = builder.extended.get(node.id) if builder.extended else None
    local = temporary(builder, node, scope)
    lower_into(builder, node, Place(local))
    schedule(builder, local, builder.locals[local].scope, droppable(node))
    return Place(local)


def lower_moved(builder: Builder, node: Node, *, hold: bool = False) -> Place:
    """Lower an expression into a temporary that the next operation takes (with `hold`: a later one).

    As in rustc (`as_local_operand`), it belongs to the innermost scope of all, not to the temporary scope.
    """
    local = temporary(builder, node, builder.scope)
    lower_into(builder, node, Place(local))
    if hold:
        schedule(builder, local, builder.locals[local].scope, droppable(node))
    return Place(local)


def lower_place(builder: Builder, node: Node) -> Place:
    """Lower an expression as a place; a value gets a temporary that lives to the end of its temporary scope."""
    kind = node.type
    if kind in {"identifier", "self"}:
        return place_of_name(builder, text_of(builder, node))
    if kind == "field_expression":
        base, field = node.child_by_field_name("value"), node.child_by_field_name("field")
        if base is not None and field is not None:
            return lower_place(builder, base).then("." + text_of(builder, field))
    if kind == "unary_expression" and node.children[0].type == "*":
        return lower_place(builder, inner(node)).then("*")
    if kind == "index_expression":
        base, index = parts(node)
        place = lower_place(builder, base)
        return place.then(_index(builder, index))
    if kind == "parenthesized_expression":
        return lower_place(builder, inner(node))
    if kind in {"scoped_identifier", "generic_function"}:
        return Place(-1, (), text_of(builder, node))
    return lower_temporary(builder, node)


def _index(builder: Builder, node: Node) -> str:
    operand = lower_operand(builder, node)
    if operand.place is None or operand.place.local < 0:
        return f"[{operand.constant}]"
    if operand.place.steps:
        copy = temporary(builder, node)
        assign(builder, node, Place(copy), operand)
        return f"[_{copy}]"
    return f"[_{operand.place.local}]"


def lower_operand(builder: Builder, node: Node, *, hold: bool = False) -> Operand:
    """Lower an expression as an operand that is moved or copied.

    With `hold` something may happen before the operand is used: a place is moved out now, and the temporary is
    dropped if what happens unwinds or leaves. Without, the operation that uses it must be the next one.
    """
    kind = node.type
    if kind in LITERALS:
        return Operand("constant", None, text_of(builder, node))
    if kind == "parenthesized_expression":
        return lower_operand(builder, inner(node), hold=hold)
    if kind in NAMES:
        operand = path_operand(builder, node)
    elif is_place(node):
        operand = Operand("use", lower_place(builder, node))
    else:
        return Operand("use", lower_moved(builder, node, hold=hold))
    if hold and operand.mode == "use":
        local = temporary(builder, node, builder.scope)
        assign(builder, node, Place(local), operand)
        schedule(builder, local, builder.locals[local].scope, droppable=True)
        return Operand("use", Place(local))
    return operand


def read_operand(builder: Builder, node: Node) -> Operand:
    """Lower an expression that is only looked at: a place stays where it is, a value lives on as a temporary."""
    kind = node.type
    if kind in LITERALS:
        return Operand("constant", None, text_of(builder, node))
    if kind == "parenthesized_expression":
        return read_operand(builder, inner(node))
    if kind in NAMES:
        operand = path_operand(builder, node)
        return Operand("read", operand.place) if operand.mode == "use" else operand
    return Operand("read", lower_place(builder, node))


_QUIET = LITERALS | NAMES | {"closure_expression"}


def quiet(node: Node) -> bool:
    """Whether evaluating an expression can neither unwind, nor write, nor leave."""
    kind = node.type
    if kind in _QUIET:
        return True
    if kind in {
        "field_expression",
        "parenthesized_expression",
        "reference_expression",
        "type_cast_expression",
    }:
        children = parts(node)
        return quiet(children[0] if kind in {"field_expression", "type_cast_expression"} else children[-1])
    if kind == "unary_expression":
        return node.children[0].type != "-" and quiet(inner(node))
    return False


def lower_operands(
    builder: Builder, owner: Node, nodes: list[Node], *, waits: bool = False
) -> tuple[Operand, ...]:
    """Lower the operands of an expression in order.

    The operation that takes them must be emitted next, and then `used` be called. Operands that wait for one that
    may unwind (or, with `waits`, for what the caller lowers before the operation) wait in the scope that in rustc
    every expression is; it is the temporary scope where that ends with this very expression.
    """
    last = len(nodes) - 1
    if waits:
        last += 1
    else:
        while last > 0 and quiet(nodes[last]):
            last -= 1
    if last <= 0 or owner.id == builder.root:
        builder.holding.append(False)
        return tuple([lower_operand(builder, node, hold=at < last) for at, node in enumerate(nodes)])
    builder.holding.append(True)
    first, end = span_of(builder, nodes[0]), span_of(builder, nodes[-1])
    open_scope(builder, "operands", Span(first.start, max(first.end, end.end), first.path))
    return tuple([lower_operand(builder, node, hold=at < last) for at, node in enumerate(nodes)])


def used(builder: Builder, operands: tuple[Operand, ...]) -> None:
    """What `lower_operands` gave has been used by the operation just emitted."""
    release(builder, operands)
    if builder.holding.pop():
        close_scope(builder, builder.scopes[builder.scope][2])


def emit_value(
    builder: Builder, node: Node, target: Place | None, name: str, owner: Node, nodes: list[Node]
) -> None:
    """Lower the parts that an expression `owner` names of an aggregate without field names, and emit it."""
    operands = lower_operands(builder, owner, nodes)
    emit(builder, "aggregate", span_of(builder, node), target, operands, name)
    used(builder, operands)
