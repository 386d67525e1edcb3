"""Scopes and locals: what is dropped where, on every way out.

After rustc's `build::scope`: a local is scheduled for its drop when it comes to life; leaving a scope, by falling
off its end or by jumping out, drops what is scheduled, last first. A temporary whose value is moved on at once
is not scheduled at all; one that is moved on later is taken off the schedule of the ordinary way out and stays
on that of unwinding (`Scope.locals`).
"""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.source import span_of
from scrutineer.facts.lower.state import DEAD, MOST_DROPS, Builder, TooLargeError, emit
from scrutineer.model.body import Local, Operand, Place, ScopeKind
from scrutineer.model.span import Span
from scrutineer.model.types import PRIMITIVES, TypeRef


def open_scope(builder: Builder, kind: ScopeKind, span: Span) -> int:
    """Open a scope inside the current one."""
    scope = len(builder.scopes)
    builder.scopes.append((builder.scope, kind, span))
    builder.order.append([])
    builder.live.append([])
    builder.stack.append(scope)
    builder.scope = scope
    return scope


def close_scope(builder: Builder, span: Span) -> None:
    """Fall off the end of the innermost scope."""
    scope = builder.stack.pop()
    live = builder.live[scope]
    if live and builder.block != DEAD:
        _drop_all(builder, live, span)
    builder.scope = builder.stack[-1] if builder.stack else -1


def leave_to(builder: Builder, depth: int, span: Span) -> None:
    """Emit what jumping out of all but the outermost `depth` scopes drops; the scopes stay open."""
    if builder.block == DEAD:
        return
    inside = builder.scope
    for scope in reversed(builder.stack[depth:]):
        live = builder.live[scope]
        if live:
            builder.scope = scope
            _drop_all(builder, live, span)
    builder.scope = inside


def has_drops(builder: Builder, depth: int) -> bool:
    """Whether jumping out of all but the outermost `depth` scopes drops anything."""
    return any(builder.live[scope] for scope in builder.stack[depth:])


def _drop_all(builder: Builder, live: list[int], span: Span) -> None:
    builder.drops += len(live)
    if builder.drops > MOST_DROPS:
        raise TooLargeError
    end = Span(max(span.end - 1, span.start), span.end, span.path)
    borrowed = builder.borrowed
    for entry in reversed(live):
        local = entry if entry >= 0 else ~entry
        place = Place(local)
        if entry >= 0:
            emit(builder, "drop", end, place)
        if local in borrowed:
            emit(builder, "storage_dead", end, place)


def schedule(builder: Builder, local: int, scope: int, droppable: bool) -> None:
    """The local is alive from here to the end of the scope."""
    if droppable:
        builder.order[scope].append(local)
        builder.live[scope].append(local)
    else:
        builder.live[scope].append(~local)


def release(builder: Builder, operands: tuple[Operand, ...]) -> None:
    """The operation just emitted moved these temporaries on: the ordinary way out need not drop them."""
    for operand in operands:
        place = operand.place
        if place is None or operand.mode != "use" or place.steps or place.local < 0:
            continue
        local = builder.locals[place.local]
        if local.kind == "temporary":
            live = builder.live[local.scope]
            if place.local in live:
                live.remove(place.local)


def temporary(builder: Builder, node: Node, scope: int | None = None) -> int:
    """A new unnamed local; it is not scheduled."""
    builder.locals.append(
        Local("", "temporary", builder.temporaries if scope is None else scope, span_of(builder, node))
    )
    return len(builder.locals) - 1


def declare(
    builder: Builder,
    name: str,
    node: Node,
    type_: TypeRef | None = None,
    mutable: bool = False,
    reference: bool = False,
    scope: int = -1,
) -> int:
    """A new variable of a scope (the current one if none is given); not yet scheduled, not yet visible by name."""
    builder.locals.append(
        Local(
            name,
            "variable",
            scope if scope >= 0 else builder.scope,
            span_of(builder, node),
            type_,
            mutable,
            reference,
        )
    )
    return len(builder.locals) - 1


def bind_name(builder: Builder, name: str, meaning: int | Place) -> None:
    """From here to the end of the block the name means this local (or, in a guard, the place it will bind)."""
    builder.undo.append((name, builder.names.get(name)))
    builder.names[name] = meaning


def forget_names(builder: Builder, mark: int) -> None:
    """Names mean again what they meant when `len(builder.undo)` was `mark`."""
    undo = builder.undo
    names = builder.names
    while len(undo) > mark:
        name, before = undo.pop()
        if before is None:
            del names[name]
        else:
            names[name] = before


def may_need_drop(type_: TypeRef | None) -> bool:
    """Whether a written type leaves it open that a value of it has something to drop."""
    if type_ is None:
        return True
    kind = type_.kind
    if kind in ("ref", "pointer", "fn", "never"):
        return False
    if kind == "path":
        return type_.name not in PRIMITIVES
    if kind in ("tuple", "array"):
        return any(may_need_drop(argument) for argument in type_.args)
    return True
