"""What types are made of: fields, variants and their types for given arguments."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import msgspec

from scrutineer.model.types import TypeRef
from scrutineer.program import privacy
from scrutineer.program.terms import Bindings, bind_arguments, substitute

if TYPE_CHECKING:
    from scrutineer.program.program import Program

FieldTypes = dict[str, TypeRef]


def fields_of(program: Program, type_: TypeRef, variant: str = "") -> FieldTypes | None:
    """Types of the fields of a struct, union or tuple, or of a variant; nothing where they are not known."""
    if type_.kind == "tuple":
        return {str(number): arg for number, arg in enumerate(type_.args)}
    if type_.kind != "path":
        return None
    known = program.resolver.known_fields
    key = (type_, variant)
    if key not in known:
        known[key] = _read_fields(program, type_, variant)
    return known[key]


def _read_fields(program: Program, type_: TypeRef, variant: str) -> FieldTypes | None:
    """Fields of a type that was read; of one with cfg variants, those of all."""
    owner = program.crate_of(type_.name)
    entries = owner.type_paths.get(type_.name) if owner is not None else None
    if owner is None or not entries:
        return _library_fields(program, type_, variant)
    found: FieldTypes = {}
    for entry in entries:
        item = entry.item
        fields = item.fields
        if variant:
            fields = next((known.fields for known in item.variants if known.name == variant), ())
        scope = owner.resolver.scope_of(entry)
        bound = owner.resolver.bind(entry, type_.args)
        for field in fields:
            found.setdefault(field.name, substitute(owner.resolver.resolve(field.type, scope), bound))
    return found


def is_visible(program: Program, type_: TypeRef, name: str, module: int) -> bool:
    """Whether code in a module may name a field: Rust looks further where it may not."""
    owner = program.crate_of(type_.name) if type_.kind == "path" else None
    if owner is None:
        return True
    for entry in owner.type_paths.get(type_.name, ()):
        for field in entry.item.fields:
            if field.name == name:
                if owner is not program:
                    return field.visibility.startswith("pub")
                return privacy.is_visible(program.names, field.visibility, entry.module, module)
    return True


def variants_of(program: Program, type_: TypeRef) -> tuple[str, ...]:
    """Names of an enum's variants."""
    if type_.kind != "path":
        return ()
    owner = program.crate_of(type_.name)
    entries = owner.type_paths.get(type_.name, ()) if owner is not None else ()
    if entries:
        return tuple(dict.fromkeys(variant.name for entry in entries for variant in entry.item.variants))
    declaration = program.standard.declaration(type_.name)
    return tuple(variant.name for variant in declaration.variants) if declaration else ()


def parts_of(program: Program, type_: TypeRef) -> list[TypeRef] | None:
    """Types of everything a value holds; nothing where that is not known."""
    if type_.kind != "path":
        return list(type_.args)
    found = program.type_entry(type_.name)
    if found is None:
        return _library_parts(program, type_)
    if found[1].item.form in ("alias", "opaque"):
        return None
    names = [variant.name for variant in found[1].item.variants] or [""]
    return [part for name in names for part in (fields_of(program, type_, name) or {}).values()]


def _library_fields(program: Program, type_: TypeRef, variant: str) -> FieldTypes | None:
    declaration = program.standard.declaration(type_.name)
    if declaration is None:
        return None
    fields = declaration.fields
    if variant:
        fields = next((known.fields for known in declaration.variants if known.name == variant), ())
    bound: Bindings = bind_arguments(declaration.generics, type_.args, list(declaration.defaults))
    return {field.name: substitute(field.type, bound) for field in fields}


def _library_parts(program: Program, type_: TypeRef) -> list[TypeRef] | None:
    declaration = program.standard.declaration(type_.name)
    if declaration is None or declaration.private or declaration.kind not in ("struct", "enum"):
        return None
    names = [variant.name for variant in declaration.variants] or [""]
    return [part for name in names for part in (_library_fields(program, type_, name) or {}).values()]


@cache
def library_drops() -> dict[str, Literal["always", "arguments", "nothing"]]:
    """Library types by path: whether a drop runs code always, if an argument's does, or never.

    Written by `tools/std_ownership.py`.
    """
    text = (files("scrutineer.program") / "ownership.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Literal["always", "arguments", "nothing"]])
