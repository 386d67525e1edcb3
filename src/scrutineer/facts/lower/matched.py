"""The two halves of `matches!`: a value, and a pattern behind the first comma that is not one of generic arguments."""

from __future__ import annotations

from tree_sitter import Node

from scrutineer.facts.lower.expansion import Call, call_of, form_of
from scrutineer.facts.lower.expression import inner, lower_place, quiet
from scrutineer.facts.lower.patterns import Candidate, candidates, parts_of_pattern
from scrutineer.facts.lower.source import framed
from scrutineer.facts.lower.state import Builder
from scrutineer.model.body import Place


def commas_of(call: Call) -> list[int]:
    """Offsets of the commas between a call's tokens."""
    return [child.start_byte for child in call.node.children[-1].children if child.type == ","]


def first_argument(
    builder: Builder, call: Call, commas: list[int], *, only_quiet: bool = False
) -> tuple[Place | None, int]:
    """The value before the first comma that does not stand inside generic arguments; and that comma.

    With `only_quiet`, a value that needs more than a look at a place is left alone.
    """
    for comma in commas:
        with framed(builder, b"_(", call.start, call.inside[: comma - call.start], b");") as body:
            arguments = inner(inner(body)).child_by_field_name("arguments") if body is not None else None
            if arguments is not None and arguments.named_child_count == 1:
                if only_quiet and not quiet(arguments.named_children[0]):
                    return None, 0
                return lower_place(builder, arguments.named_children[0]), comma
    return None, 0


def tested(builder: Builder, node: Node) -> list[Candidate]:
    """What `matches!(place, pattern)` tests, if it is that and has no guard."""
    call = call_of(builder, node)
    if form_of(builder, call.path) != "matches":
        return []
    place, comma = first_argument(builder, call, commas_of(call), only_quiet=True)
    if place is None:
        return []
    pattern = call.inside[comma - call.start + 1 :].rstrip().removesuffix(b",")
    with framed(builder, b"match x{", comma + 1, pattern, b"=>true,}") as body:
        arms = inner(inner(body)).child_by_field_name("body") if body is not None else None
        written = arms.named_children[0].child_by_field_name("pattern") if arms is not None else None
        if written is None or written.child_by_field_name("condition") is not None:
            return []
        found = candidates(builder, parts_of_pattern(written)[0], place)
        return [Candidate(candidate.tests, ()) for candidate in found]
