"""Comments that say a value was just created, or is stored nowhere else, and whether it has escaped by then."""

from __future__ import annotations

from collections.abc import Iterator

from scrutineer.cases.cases import Cases
from scrutineer.cases.freshness import fresh_variable, stored_before
from scrutineer.cases.located import locate
from scrutineer.cases.objection import Objection, claims_of_kind


def escaped_claims(cases: Cases) -> Iterator[Objection]:
    """Claims that a variable of this body is nowhere else, where it was stored before on every way to the site."""
    for each in claims_of_kind(cases, "owned", "exclusive"):
        at = locate(cases.flows, each.case.site)
        local = fresh_variable(at, each.words) if at is not None else None
        stored = stored_before(at, local) if at is not None and local is not None else None
        if at is not None and local is not None and stored is not None:
            line = cases.flows.program.files[at.flow.entry.file].lines.line(
                at.flow.operation(stored).span.start
            )
            name = at.flow.body.locals[local].name
            yield Objection(each, f"`{name}` is stored in line {line} before")
