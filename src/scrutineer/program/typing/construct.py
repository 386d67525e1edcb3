"""Types of structs and variants that are built from values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from scrutineer.model.types import UNKNOWN, TypeRef
from scrutineer.program.fields import fields_of
from scrutineer.program.terms import Bindings, is_known, match

if TYPE_CHECKING:
    from scrutineer.program.program import Program


class Construction(msgspec.Struct, frozen=True, gc=False):
    """Values put into a struct (or a `variant` of an enum), by position or by the names of the fields."""

    owner: str
    variant: str
    values: tuple[TypeRef, ...]
    given: tuple[TypeRef, ...] = ()
    names: tuple[str, ...] = ()


def constructed(program: Program, what: Construction, expected: TypeRef) -> TypeRef:
    """The type that is built, its arguments from the values, then from what is expected."""
    parameters = program.resolver.parameters(what.owner)
    pattern = TypeRef("path", what.owner, tuple([TypeRef("param", name) for name in parameters]))
    bindings: Bindings = {n: t for n, t in zip(parameters, what.given, strict=False) if is_known(t)}
    _match_fields(
        fields_of(program, pattern, what.variant) or {}, what.values, what.names, bindings, parameters
    )
    if expected.kind == "path" and expected.name == what.owner:
        for name, type_ in zip(parameters, expected.args, strict=False):
            if not is_known(bindings.get(name, UNKNOWN)):
                bindings[name] = type_
    return TypeRef("path", what.owner, tuple([bindings.get(name, UNKNOWN) for name in parameters]))


def _match_fields(
    fields: dict[str, TypeRef],
    values: Sequence[TypeRef],
    names: Sequence[str],
    bindings: Bindings,
    parameters: tuple[str, ...],
) -> None:
    own = frozenset(parameters)
    for number, value in enumerate(values):
        field = fields.get(names[number] if number < len(names) else str(number))
        if field is not None:
            match(field, value, own, bindings)
