"""`matches!`: a value and a pattern, told apart by the first comma that is not one of generic arguments."""

from __future__ import annotations

from scrutineer.facts.lower.arms import lower_match_on
from scrutineer.facts.lower.expansion import Call
from scrutineer.facts.lower.expression import inner
from scrutineer.facts.lower.matched import commas_of, first_argument
from scrutineer.facts.lower.source import framed
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Place


def lower_matches(builder: Builder, call: Call, target: Place | None) -> bool:
    """`matches!(value, pattern if guard)`; the value's temporaries belong to what surrounds it."""
    place, comma = first_argument(builder, call, commas_of(call))
    if place is None:
        return False
    at = comma - call.start
    pattern = call.inside[at + 1 :].rstrip().removesuffix(b",")
    with framed(builder, b"match x{", comma + 1, pattern, b"=>true,_=>false}") as body:
        if body is None:
            return False
        lower_match_on(builder, inner(inner(body)), place, target)
    return True
