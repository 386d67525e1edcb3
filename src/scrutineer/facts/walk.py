"""The one pass over a tree, by cursor, with a stack of scopes."""

from __future__ import annotations

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.handlers import HANDLERS, IN_UNSAFE
from scrutineer.syntax.parse import MAX_DEPTH, NotReadableError, Parsed


def walk(draft: FileDraft) -> None:
    """Read everything below the cursor of the draft."""
    cursor = draft.cursor
    frames = draft.frames
    above = draft.above
    floor = len(frames)
    depth = 0
    handler_of = (IN_UNSAFE if draft.scope.candidates is not None else HANDLERS).get
    while True:
        node = cursor.node
        assert node is not None
        handler = handler_of(node.kind_id)
        if handler is None:
            inside = cursor.goto_first_child()
        elif handler is False:
            inside = False
        else:
            draft.depth = depth
            before = draft.scope
            inside = handler(draft, node) and cursor.goto_first_child()
            if draft.scope is not before:
                if not inside:
                    draft.scope = frames.pop()[1]
                else:
                    handler_of = (IN_UNSAFE if draft.scope.candidates is not None else HANDLERS).get
        if inside:
            above.append(node)
            depth += 1
            if depth > MAX_DEPTH:
                raise NotReadableError(f"nested deeper than {MAX_DEPTH} levels")
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1
            above.pop()
            if len(frames) > floor and frames[-1][0] == depth:
                draft.scope = frames.pop()[1]
                handler_of = (IN_UNSAFE if draft.scope.candidates is not None else HANDLERS).get


def walk_part(draft: FileDraft, part: Parsed) -> None:
    """Read a part of the file that was parsed on its own, in the present scope."""
    saved = draft.cursor, draft.parsed, draft.depth, draft.callee
    draft.parsed, draft.cursor = part, part.tree.walk()
    draft.nested += 1
    walk(draft)
    draft.nested -= 1
    draft.cursor, draft.parsed, draft.depth, draft.callee = saved
