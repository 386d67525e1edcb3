"""Generic parameters and where clauses from the text of the tables."""

from __future__ import annotations

from scrutineer.model.items import Bound, Generics
from scrutineer.model.types import TypeRef
from scrutineer.program.tables.cursor import Cursor
from scrutineer.program.tables.type_text import read_bounds, read_type, skip_binder


def read_generics(cursor: Cursor) -> tuple[Generics, tuple[TypeRef | None, ...]]:
    """`<'a, T: A = B, const N: usize>` if it is next: parameters, and defaults of the types."""
    lifetimes: list[str] = []
    types: list[str] = []
    consts: list[str] = []
    bounds: list[Bound] = []
    defaults: list[TypeRef | None] = []
    if not cursor.accept("<"):
        return Generics(), ()
    start = cursor.at
    cursor.parameters |= frozenset(_parameter_names(cursor))
    cursor.at = start
    while not cursor.accept(">"):
        name = cursor.next()
        if name.startswith("'"):
            lifetimes.append(name)
            if cursor.accept(":"):
                bounds.append(Bound(TypeRef("path", name), (), read_bounds(cursor)[1]))
        elif name == "const":
            consts.append(cursor.next())
            cursor.until(",", ">")
        else:
            types.append(name)
            if cursor.accept(":"):
                bounds.append(Bound(TypeRef("param", name), *read_bounds(cursor)))
            defaults.append(read_type(cursor) if cursor.accept("=") else None)
        cursor.accept(",")
    return Generics(tuple(lifetimes), tuple(types), tuple(consts), tuple(bounds)), tuple(defaults)


def read_where(cursor: Cursor) -> tuple[Bound, ...]:
    """`where …` if it is next, up to `{`, `=`, `;` or the end."""
    found: list[Bound] = []
    if cursor.accept("where"):
        while cursor.peek() and cursor.peek() not in "{=;":
            if cursor.peek() == "for":
                skip_binder(cursor)
            subject = TypeRef("path", cursor.next()) if cursor.peek().startswith("'") else read_type(cursor)
            cursor.expect(":")
            found.append(Bound(subject, *read_bounds(cursor)))
            cursor.accept(",")
    return tuple(found)


def _parameter_names(cursor: Cursor) -> list[str]:
    names = []
    while cursor.peek() and cursor.peek() != ">":
        name = cursor.next()
        if name == "const":
            cursor.next()
        elif not name.startswith("'"):
            names.append(name)
        cursor.until(",", ">")
        cursor.accept(",")
    return names
