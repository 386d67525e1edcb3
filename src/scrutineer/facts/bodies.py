"""Which bodies of a file are lowered at once, and their lowering."""

from __future__ import annotations

import sys

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.lower import Context, lower_body, lower_value
from scrutineer.model.body import Body
from scrutineer.syntax.parse import MAX_DEPTH

_FRAMES_PER_LEVEL = 20
sys.setrecursionlimit(
    max(sys.getrecursionlimit(), _FRAMES_PER_LEVEL * MAX_DEPTH)
)  # lowering recurses over the tree


def lowered(draft: FileDraft, edition: str) -> tuple[Body, ...]:
    """Bodies with an unsafe site, a lock-like call or an assignment to a field.

    None of a macro definition's, and none with a parse error inside: what order its parts run in is a guess.
    """
    context = Context(
        edition=int(edition),
        unsafe_blocks={block["span"].start: index for index, block in enumerate(draft.unsafe_blocks)},
        macro_calls={call["name_span"].start: index for index, call in enumerate(draft.macro_calls)},
        defined=frozenset(definition["name"] for definition in draft.macro_definitions),
    )
    bodies = [
        lower_body(calls.node, draft.text, index, context)
        for index, calls in enumerate(draft.skeletons)
        if calls.lower and calls.node is not None and not calls.node.has_error
        if draft.functions[index]["definition"] < 0
    ]
    values = [
        lower_value(node, draft.text, index, context)
        for index, node in draft.unsafe_values
        if not node.has_error
    ]
    return (*bodies, *(body for body in values if body is not None))
