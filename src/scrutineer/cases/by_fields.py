"""What fields prove of an `unsafe impl Send` or `Sync`: the compiler would have derived it."""

from __future__ import annotations

from scrutineer.cases.asked import Asked
from scrutineer.cases.beside import impl_at
from scrutineer.model.case import Evidence
from scrutineer.model.site import Site
from scrutineer.program.fields import parts_of
from scrutineer.program.program import Program
from scrutineer.program.properties import SEND, SYNC

_TRAITS = {"send": SEND, "sync": SYNC}


def by_fields(program: Program, site: Site, asked: Asked) -> Evidence | None:
    """Every field has the trait under the bounds of the impl."""
    trait = _TRAITS.get(asked.precondition.property)
    entry = impl_at(program, site)
    if trait is None or entry is None:
        return None
    scope = program.resolver.impl_scope(entry.index)
    parts = parts_of(program, scope.self_type) if scope.self_type is not None else None
    if not parts:
        return None
    bounds = program.resolver.bounds(entry.item.generics, scope)
    if all(program.properties.implements(part, trait, bounds) == "yes" for part in parts):
        return Evidence(kind="type", text="every field has the trait", location=site.location)
    return None
