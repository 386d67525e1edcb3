"""Comments that cite the invariants of a type that documents none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.cases.beside import impl_at
from scrutineer.cases.by_invariant import invariants_of
from scrutineer.cases.cases import Cases
from scrutineer.cases.informal import speaks_of_invariants
from scrutineer.cases.objection import ClaimAt, Objection, claims_of_kind
from scrutineer.program.entries import TypeEntry
from scrutineer.program.program import Program

_OF_TYPE = re.compile(
    r"\binvariants? (?:of|on|for) (?:the )?(?:type )?\[?`&?(?:mut )?([A-Za-z_][\w:]*)[^`]*`", re.IGNORECASE
)
_BY_TYPE = re.compile(r"`([A-Z]\w*)`'s (?:type |safety )?invariant")
_OWN = re.compile(
    r"\b(?:(?:by|from|per|due to) (?:the |our )(?:type|struct|safety) ?invariants?|(?:our|the) type invariants?|invariants? of (?:this|the) type|type invariants? of self|`self(?:\.\w+)?` [^.]{0,40}\bby its (?:type )?invariant)",
    re.IGNORECASE,
)
"""Words that mean the type whose method this is."""
_NEGATED = re.compile(
    r"\b(?:no|not|any|additional|establish\w*|uphold\w*|satisf\w*)\b[^.]*\binvariant|\binvariants?\b[^.]*\b(?:upheld|satisfied|established|hold\b)",
    re.IGNORECASE,
)


def unfounded_invariants(cases: Cases) -> Iterator[Objection]:
    """Claims by an invariant of a type of this crate, or of one read with it, that has no `# Invariants` section."""
    for each in claims_of_kind(cases, "invariant", "delegates"):
        if "invariant" not in each.words.lower() or _NEGATED.search(each.words):
            continue
        found = _cited(cases.flows.program, each)
        if found is None or invariants_of(found) or _elsewhere(cases, found):
            continue
        yield Objection(
            each, f"`{found.item.name}` documents no invariants: it has no `# Invariants` section"
        )


def _elsewhere(cases: Cases, type_: TypeEntry) -> bool:
    """Whether a comment beside the type or its fields states them; a kernel's rules ask for the section."""
    return cases.flows.program.unit.kind != "kernel" and speaks_of_invariants(cases, type_)


def _cited(program: Program, each: ClaimAt) -> TypeEntry | None:
    """The type whose invariants a claim cites, where that is certain."""
    named = _OF_TYPE.search(each.words) or _BY_TYPE.search(each.words)
    if named and named[1] != "Self":
        return _named(program, each, named[1])
    if not (named or _OWN.search(each.words)) or each.function is None:
        return None
    own = program.resolver.scope_of(each.function).self_type
    if own is None or own.kind != "path":
        return None
    found = program.type_entry(own.name)
    return found[1] if found is not None and not _others(program, each, found[1]) else None


def _named(program: Program, each: ClaimAt, name: str) -> TypeEntry | None:
    impl = impl_at(program, each.case.site)
    if impl is None and each.function is None:
        return None
    scope = program.resolver.impl_scope(impl.index) if impl else program.resolver.scope_of(each.function)  # type: ignore[arg-type] # one of the two is there
    definition = program.resolve(name, scope)
    if definition.kind != "type" or definition.rest:
        return None
    found = program.type_entry(definition.path)
    return found[1] if found is not None and found[1].item.form in {"struct", "enum", "union"} else None


def _others(program: Program, each: ClaimAt, own: TypeEntry) -> bool:
    """Whether a claim that names no type may mean another: a parameter's, or that of a field with a section."""
    if each.function is not None:
        parameters = {parameter.name for parameter in each.function.item.parameters}
        named = {re.split(r"\W", name.lstrip("&*"))[0] for name in each.testimony.claim.names}
        if parameters & named:
            return True
    scope = program.resolver.scope_of(own) if own in program.types else None
    for field in own.item.fields if scope is not None else ():
        inner = program.resolver.resolve(field.type, scope) if scope is not None else field.type
        for type_ in (inner, *inner.args):
            found = program.type_entry(type_.name) if type_.kind == "path" else None
            if found is not None and invariants_of(found[1]):
                return True
    return False
