"""Signatures, impl headers and declarations from the text of the tables."""

from __future__ import annotations

from scrutineer.model.items import Bound, Generics, Parameter
from scrutineer.model.types import UNIT, TypeRef
from scrutineer.program.tables.cursor import Cursor
from scrutineer.program.tables.generics_text import read_generics, read_where
from scrutineer.program.tables.records import Declaration, Field, Header, ItemKind, Signature, Variant
from scrutineer.program.tables.type_text import read_bounds, read_type

_SELF = TypeRef("self", "Self")


def read_member(text: str, parameters: frozenset[str] = frozenset()) -> Signature:
    """One member: `since|required unsafe fn name<…>(…) -> … where …`, `type …` or `const …`."""
    since, _, rest = text.partition("|")
    cursor = Cursor(rest, parameters)
    stable, _, features = since.partition(" features=")
    required = cursor.accept("required")
    if cursor.peek() == "type" or (cursor.peek() == "const" and cursor.peek(2) == ":"):
        return _associated(cursor, since)
    flags = {flag: cursor.accept(flag) for flag in ("const", "async", "unsafe")}
    abi = (
        (cursor.next().strip('"') if cursor.peek().startswith('"') else "C")
        if cursor.accept("extern")
        else ""
    )
    cursor.expect("fn")
    name = cursor.next()
    generics, _ = read_generics(cursor)
    receiver, receiver_type, values, variadic = _parameters(cursor)
    result = read_type(cursor) if cursor.accept("->") else UNIT
    return Signature(
        form="fn",
        name=name,
        generics=_with(generics, read_where(cursor)),
        receiver=receiver,
        receiver_type=receiver_type,
        parameters=values,
        result=result,
        unsafe=flags["unsafe"],
        const=flags["const"],
        asynchronous=flags["async"],
        abi=abi,
        variadic=variadic,
        required=required,
        since=stable.removesuffix(" panics"),
        panics=stable.endswith(" panics"),
        features=tuple(features.split(",")) if features else (),
    )


def _associated(cursor: Cursor, since: str) -> Signature:
    form = cursor.next()
    name = cursor.next()
    generics, _ = read_generics(cursor)
    if form == "const":
        cursor.expect(":")
        return Signature(form="const", name=name, result=read_type(cursor), since=since)
    bounds: tuple[Bound, ...] = (Bound(_SELF, *read_bounds(cursor)),) if cursor.accept(":") else ()
    set_ = read_type(cursor) if cursor.accept("=") else TypeRef("unknown")
    bounds += read_where(cursor)
    return Signature(form="type", name=name, generics=generics, result=set_, bounds=bounds, since=since)


def _parameters(cursor: Cursor) -> tuple[str, TypeRef | None, tuple[Parameter, ...], bool]:
    cursor.expect("(")
    receiver, receiver_type = _receiver(cursor)
    values: list[Parameter] = []
    variadic = False
    while not cursor.accept(")"):
        if cursor.accept("...") or (cursor.peek(2) == "..." and cursor.until(",", ")")):
            variadic = True
        else:
            cursor.accept("mut")
            pattern = cursor.until(":")
            cursor.expect(":")
            values.append(Parameter(pattern.removeprefix("mut "), read_type(cursor), pattern))
        cursor.accept(",")
    return receiver, receiver_type, tuple(values), variadic


def _receiver(cursor: Cursor) -> tuple[str, TypeRef | None]:
    start = cursor.at
    reference = cursor.accept("&")
    if reference and cursor.peek().startswith("'"):
        cursor.next()
    mutable = cursor.accept("mut")
    if not cursor.accept("self"):
        cursor.at = start
        return "", None
    if cursor.accept(":"):
        found = "typed", read_type(cursor)
    elif reference:
        found = "&mut self" if mutable else "&self", TypeRef("ref", args=(_SELF,), mutable=mutable)
    else:
        found = "self", _SELF
    cursor.accept(",")
    return found


def read_header(text: str) -> Header:
    """`unsafe impl<…> !Trait for Type where …`."""
    cursor = Cursor(text)
    unsafe = cursor.accept("unsafe")
    cursor.expect("impl")
    generics, _ = read_generics(cursor)
    cursor.accept("const")
    negative = cursor.accept("!")
    first = read_type(cursor)
    type_ = read_type(cursor) if cursor.accept("for") else None
    generics = _with(generics, read_where(cursor))
    if type_ is None:
        return Header(generics=generics, trait=None, type=first, unsafe=unsafe)
    return Header(generics=generics, trait=first, type=type_, negative=negative, unsafe=unsafe)


def read_declaration(path: str, kind: ItemKind, since: str, text: str) -> Declaration:
    """`struct Range<Idx> { pub start: Idx, … }` and its relatives; functions are read as members."""
    cursor = Cursor(text)
    if not text or kind in {"macro", "fn", "primitive"}:
        return Declaration(kind=kind, path=path, since=since)
    if kind in {"constant", "static"}:
        cursor.until(":")
        cursor.expect(":")
        return Declaration(kind=kind, path=path, since=since, target=read_type(cursor))
    cursor.accept("const")
    unsafe, auto = cursor.accept("unsafe"), cursor.accept("auto")
    cursor.at += 2
    generics, defaults = read_generics(cursor)
    supertraits = read_bounds(cursor)[0] if cursor.accept(":") else ()
    bounds = read_where(cursor)
    target = read_type(cursor) if kind == "type" and cursor.accept("=") else None
    fields, variants, private = _content(cursor, kind)
    return Declaration(
        kind=kind,
        path=path,
        since=since,
        generics=_with(generics, bounds + read_where(cursor)),
        defaults=defaults,
        unsafe=unsafe,
        auto=auto,
        supertraits=supertraits,
        fields=fields,
        variants=variants,
        private=private,
        target=target,
    )


def _content(cursor: Cursor, kind: ItemKind) -> tuple[tuple[Field, ...], tuple[Variant, ...], bool]:
    if kind == "enum" and cursor.accept("{"):
        variants = []
        while cursor.peek() and not cursor.accept("}"):
            name = cursor.next()
            variants.append(Variant(name, _fields(cursor)[0]))
            if cursor.accept("="):
                cursor.until(",", "}")
            cursor.accept(",")
        return (), tuple(variants), False
    if kind in {"struct", "union"}:
        fields, private = _fields(cursor)
        return fields, (), private
    return (), (), False


def _fields(cursor: Cursor) -> tuple[tuple[Field, ...], bool]:
    fields: list[Field] = []
    private = False
    if cursor.accept("{"):
        private = cursor.peek() == "}"
        while cursor.peek() and not cursor.accept("}"):
            cursor.accept("pub")
            name = cursor.next()
            cursor.expect(":")
            fields.append(Field(name, read_type(cursor)))
            cursor.accept(",")
    elif cursor.accept("("):
        number = 0
        while cursor.peek() and not cursor.accept(")"):
            cursor.accept("pub")
            if cursor.accept("_"):
                private = True
            else:
                fields.append(Field(str(number), read_type(cursor)))
            number += 1
            cursor.accept(",")
    return tuple(fields), private


def _with(generics: Generics, more: tuple[Bound, ...]) -> Generics:
    if not more:
        return generics
    return Generics(generics.lifetimes, generics.types, generics.consts, generics.bounds + more)
