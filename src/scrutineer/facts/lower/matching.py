"""`matches!`: a value and a pattern, told apart by the first comma that is not one of generic arguments."""

from __future__ import annotations

from scrutineer.facts.lower.arms import lower_match_on
from scrutineer.facts.lower.expansion import Call
from scrutineer.facts.lower.expression import inner, lower_place
from scrutineer.facts.lower.source import framed
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Place


def lower_matches(builder: Builder, call: Call, target: Place | None) -> bool:
    """`matches!(value, pattern if guard)`; the value's temporaries belong to what surrounds it."""
    commas = [child.start_byte for child in call.node.children[-1].children if child.type == ","]
    place, comma = _first_argument(builder, call, commas)
    if place is None:
        return False
    at = comma - call.start
    pattern = call.inside[at + 1 :].rstrip().removesuffix(b",")
    with framed(builder, b"match x{", comma + 1, pattern, b"=>true,_=>false}") as body:
        if body is None:
            return False
        lower_match_on(builder, inner(inner(body)), place, target)
    return True


def _first_argument(builder: Builder, call: Call, commas: list[int]) -> tuple[Place | None, int]:
    """The value before the first comma that does not stand inside generic arguments; and that comma."""
    for comma in commas:
        with framed(builder, b"_(", call.start, call.inside[: comma - call.start], b");") as body:
            arguments = inner(inner(body)).child_by_field_name("arguments") if body is not None else None
            if arguments is not None and arguments.named_child_count == 1:
                return lower_place(builder, arguments.named_children[0]), comma
    return None, 0
