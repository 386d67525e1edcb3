"""Types from Rust text, as the tables hold them. Source files are read by tree-sitter, not by this.

A name that is a parameter in scope becomes `param`; every other path is taken to be full already.
"""

from __future__ import annotations

import re

from scrutineer.model.types import NEVER, UNIT, TypeRef
from scrutineer.program.tables.cursor import Cursor

_SELF = TypeRef("self", "Self")


def read_type(cursor: Cursor) -> TypeRef:
    """Any type."""
    first = cursor.peek()
    match first:
        case "&" | "*":
            return _pointer(cursor)
        case "[":
            return _slice(cursor)
        case "(":
            return _tuple(cursor)
        case "!":
            cursor.at += 1
            return NEVER
        case "_":
            cursor.at += 1
            return TypeRef("infer")
        case "dyn" | "impl":
            cursor.at += 1
            traits, lifetimes = read_bounds(cursor)
            return TypeRef("dyn" if first == "dyn" else "impl", args=traits, lifetimes=lifetimes)
        case "for":
            skip_binder(cursor)
            return read_type(cursor)
        case "fn" | "unsafe" | "extern":
            return _function(cursor)
        case _:
            return read_path(cursor)


def _pointer(cursor: Cursor) -> TypeRef:
    if cursor.next() == "*":
        mutable = cursor.next() == "mut"
        return TypeRef("pointer", args=(read_type(cursor),), mutable=mutable)
    lifetimes = (cursor.next(),) if cursor.peek().startswith("'") else ()
    mutable = cursor.accept("mut")
    return TypeRef("ref", args=(read_type(cursor),), mutable=mutable, lifetimes=lifetimes)


def _slice(cursor: Cursor) -> TypeRef:
    cursor.expect("[")
    element = read_type(cursor)
    length = cursor.until("]") if cursor.accept(";") else None
    cursor.expect("]")
    return TypeRef("slice", args=(element,)) if length is None else TypeRef("array", length, (element,))


def _tuple(cursor: Cursor) -> TypeRef:
    cursor.expect("(")
    parts, comma, name = [], False, ""
    while not cursor.accept(")"):
        if cursor.accept("…"):  # rustdoc's `(T₁, T₂, …, Tₙ)`: every length
            name = "…"
        else:
            parts.append(read_type(cursor))
        comma = cursor.accept(",") or comma
    if name:
        return TypeRef("tuple", name, (TypeRef("param", "T"),))
    return parts[0] if len(parts) == 1 and not comma else TypeRef("tuple", args=tuple(parts))


def _function(cursor: Cursor) -> TypeRef:
    unsafe = cursor.accept("unsafe")
    abi = (
        (cursor.next().strip('"') if cursor.peek().startswith('"') else "C")
        if cursor.accept("extern")
        else ""
    )
    cursor.expect("fn")
    cursor.expect("(")
    parts = []
    while not cursor.accept(")"):
        if cursor.peek(1) == ":" and cursor.peek(2) != ":":
            cursor.at += 2
        if not (cursor.accept("...") or cursor.accept("…")):
            parts.append(read_type(cursor))
        cursor.accept(",")
    result = read_type(cursor) if cursor.accept("->") else UNIT
    return TypeRef("fn", abi, (*parts, result), unsafe=unsafe)


def skip_binder(cursor: Cursor) -> None:
    """Take `for<'a, …>`."""
    cursor.expect("for")
    cursor.expect("<")
    cursor.until(">")
    cursor.expect(">")


def read_path(cursor: Cursor) -> TypeRef:
    """A path with its generic arguments, or a projection."""
    if cursor.accept("<"):
        subject = read_type(cursor)
        trait = read_path(cursor) if cursor.accept("as") else None
        cursor.expect(">")
        cursor.expect("::")
        found = TypeRef("projection", cursor.next(), (subject, trait) if trait else (subject,))
        return _projected(cursor, found)
    names = [cursor.next()]
    if not re.match(r"\w", names[0]):
        raise ValueError(f"no type begins with `{names[0]}`")
    if names[0] == "Self" or names[0] in cursor.parameters:
        first = _SELF if names[0] == "Self" else TypeRef("param", names[0])
        return _projected(cursor, first)
    while cursor.peek() == "::" and re.match(r"\w", cursor.peek(1)):
        cursor.at += 1
        names.append(cursor.next())
    cursor.accept("::")
    args, lifetimes, bindings = _arguments(cursor)
    return _projected(cursor, TypeRef("path", "::".join(names), args, lifetimes=lifetimes, bindings=bindings))


def _projected(cursor: Cursor, found: TypeRef) -> TypeRef:
    while True:
        if found.kind == "projection" and cursor.peek() == "<":
            args, lifetimes, _ = _arguments(cursor)
            found = TypeRef("projection", found.name, (*found.args, *args), lifetimes=lifetimes)
        if not cursor.accept("::"):
            return found
        found = TypeRef("projection", cursor.next(), (found,))


def _arguments(
    cursor: Cursor,
) -> tuple[tuple[TypeRef, ...], tuple[str, ...], tuple[tuple[str, TypeRef], ...]]:
    if cursor.peek() == "(":
        parameters = _parameter_tuple(cursor)
        return (parameters, read_type(cursor) if cursor.accept("->") else UNIT), (), ()
    args: list[TypeRef] = []
    lifetimes: list[str] = []
    bindings: list[tuple[str, TypeRef]] = []
    if cursor.accept("<"):
        while not cursor.accept(">"):
            if cursor.peek().startswith("'"):
                lifetimes.append(cursor.next())
            elif name := _bound_name(cursor):
                constrained = cursor.next() == ":"
                bindings.append(
                    (name, TypeRef("impl", args=read_bounds(cursor)[0]) if constrained else read_type(cursor))
                )
            else:
                args.append(_argument(cursor))
            cursor.accept(",")
    return tuple(args), tuple(lifetimes), tuple(bindings)


def _bound_name(cursor: Cursor) -> str:
    """The name before `=` or `:` of an associated type, `Item` or `Searcher<'a>`; empty if none is next."""
    start = cursor.at
    name = cursor.next()
    if cursor.accept("<"):
        cursor.until(">")
        cursor.accept(">")
    if cursor.peek() in {"=", ":"}:
        return name
    cursor.at = start
    return ""


def _parameter_tuple(cursor: Cursor) -> TypeRef:
    cursor.expect("(")
    parts = []
    while not cursor.accept(")"):
        parts.append(read_type(cursor))
        cursor.accept(",")
    return TypeRef("tuple", args=tuple(parts))


def _argument(cursor: Cursor) -> TypeRef:
    if cursor.peek() == "{" or cursor.peek()[:1] in "-\"'" or cursor.peek()[0].isdigit():
        return TypeRef("path", cursor.until(",", ">"))
    return read_type(cursor)


def read_bounds(cursor: Cursor) -> tuple[tuple[TypeRef, ...], tuple[str, ...]]:
    """`A + ?B + 'a`: traits and lifetimes; a question mark stays in the name."""
    traits: list[TypeRef] = []
    lifetimes: list[str] = []
    while cursor.peek() and cursor.peek() not in ",>)={;":
        if cursor.peek().startswith("'"):
            lifetimes.append(cursor.next())
        elif cursor.accept("use"):
            _arguments(cursor)
        else:
            traits.append(_bound(cursor))
        if not cursor.accept("+"):
            break
    return tuple(traits), tuple(lifetimes)


def _bound(cursor: Cursor) -> TypeRef:
    wrapped = cursor.accept("(")
    if cursor.accept("["):  # `[const] Trait`
        cursor.until("]")
        cursor.expect("]")
    if cursor.accept("~"):
        cursor.expect("const")
    cursor.accept("const")
    if cursor.peek() == "for":
        skip_binder(cursor)
    maybe = "?" if cursor.accept("?") else ""
    trait = read_path(cursor)
    if wrapped:
        cursor.expect(")")
    return TypeRef("path", maybe + trait.name, trait.args, lifetimes=trait.lifetimes, bindings=trait.bindings)
