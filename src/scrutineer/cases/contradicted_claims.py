"""Comments that say a field never changes, where code changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.cases.cases import Cases
from scrutineer.cases.field_writers import FieldWriter
from scrutineer.cases.objection import ClaimAt, Objection, claims_of_kind
from scrutineer.cases.reads import FieldRead
from scrutineer.model.contract import CLAIM_KINDS
from scrutineer.program.paths import canonical_path

_NEVER = re.compile(
    r"`([^`]+)`(?: field)? (?:is|are|was|were|will be|does|do) (?:\w+ )?(?:never|not) (?:be )?(?:ever )?(?:chang\w*|modif\w*|mutat\w*|written|overwrit\w*|reassign\w*|reset)"
    r"|\b(?:never|nobody|nothing) (?:chang\w*|modif\w*|mutat\w*|writes?|overwrites?|reassigns?|resets?) (?:to )?`([^`]+)`"
    r"|`([^`]+)`(?: field)? (?:never changes|is immutable|is read-only|is constant)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:while|until|unless|during|after this|before|as long|here|meanwhile|concurrently|by (?:us|this))\b",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^(?:self\.)([a-z_]\w*)$")


def contradicted_claims(cases: Cases) -> Iterator[Objection]:
    """Claims that a field of the type is never changed, against the functions that assign or lend it."""
    for each in claims_of_kind(cases, *CLAIM_KINDS):
        said = _NEVER.search(each.words)
        if said is None or _UNTIL.search(each.words):
            continue
        field = _field(cases, each, next(filter(None, said.groups())))
        writer = _writer(cases, field) if field is not None else None
        if field is not None and writer is not None:
            program = cases.flows.program
            path = canonical_path(program, program.functions[writer.function])
            yield Objection(each, f"`{path}` {writer.how} `{field}`")


def _field(cases: Cases, each: ClaimAt, name: str) -> FieldRead | None:
    """The field of the method's own type that a piece of code names."""
    found = _FIELD.match(name)
    program = cases.flows.program
    if found is None or each.function is None:
        return None
    own = program.resolver.scope_of(each.function).self_type
    field = FieldRead(own.name, found[1]) if own is not None and own.kind == "path" else None
    return field if field is not None and cases.bases.writers.declaration(field) is not None else None


def _writer(cases: Cases, field: FieldRead) -> FieldWriter | None:
    """A function that changes the field of a value that exists: not one that makes it, nor its destructor."""
    for writer in cases.bases.writers.of(field):
        name = cases.flows.program.functions[writer.function].item.name
        if writer.how == "writes" and name not in {"new", "init", "drop", "default"}:
            return writer
    return None
