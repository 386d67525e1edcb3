"""Counts of one file."""

from __future__ import annotations

from scrutineer.facts.draft import FileDraft
from scrutineer.model.file import Inventory
from scrutineer.model.span import LineTable

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def count(draft: FileDraft, lines: LineTable) -> Inventory:
    """Count what is unsafe, and lines of code: not blank and not only comment."""
    blocks = draft.unsafe_blocks
    code = _code_lines(draft)
    covered: set[int] = set()
    for block in blocks:
        span = block["span"]
        covered.update(range(lines.line(span.start) - 1, lines.line(span.end - 1)))
    return Inventory(
        unsafe_blocks=len(blocks),
        unsafe_fns=sum(one["unsafe"] for one in draft.functions),
        unsafe_impls=sum(one["unsafe"] for one in draft.impls),
        unsafe_traits=sum(one["unsafe"] for one in draft.traits),
        extern_blocks=len(draft.extern_blocks),
        unsafe_candidates=sum(len(one["candidates"]) for one in (*blocks, *draft.functions)),
        code_lines=sum(code),
        unsafe_lines=sum(code[line] for line in covered if line < len(code)),
        documented_blocks=sum(bool(one["comments"]) for one in blocks),
    )


def _code_lines(draft: FileDraft) -> list[bool]:
    """For each line, whether it holds code."""
    text = draft.text
    kept: list[bytes] = []
    reached = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    for start, end in draft.comments:
        kept.append(text[reached:start])
        kept.append(b"\n" * text.count(b"\n", start, end))
        reached = max(reached, end)
    kept.append(text[reached:])
    return [line != b"" and not line.isspace() for line in b"".join(kept).split(b"\n")]
