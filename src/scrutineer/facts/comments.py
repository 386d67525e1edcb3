"""SAFETY comments: which comments argue safety, in what words, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.handlers import reads
from scrutineer.facts.heads import is_outer_doc, plain_comment
from scrutineer.model.items import SafetyComment
from scrutineer.model.span import Span

_NEWLINE = ord("\n")
_HEADING = re.compile(r"^\s*#+\s*safety\b", re.IGNORECASE | re.MULTILINE)
_SPEAKS = re.compile(
    r"^[ \t>*+#-]*(?:[A-Z]+[ \t/&]+)?safety\b(?:[ \t]+(?:comment|note|argument|invariants?))?(?:[ \t]*\([^)\n]*\))?[ \t]*(?:[:,.\u2014\u2013-]|$)"
    r"|\bSAFETY\b[ \t]*(?:\([^)\n]*\))?[ \t]*:|^[ \t>*+#-]*SAFETY\b",
    re.MULTILINE | re.IGNORECASE,
)
_OPENERS = frozenset(b"{([=|>&+-!:<")
_Form = Literal["line", "block", "doc", "trailing"]


class Note(NamedTuple):
    """One SAFETY comment; `first` and `last` index the file's comments, `heading` is `# Safety` of a doc comment."""

    comment: SafetyComment
    first: int
    last: int
    heading: bool


@reads("line_comment", "block_comment")
def read_comment(draft: FileDraft, node: Node) -> bool:
    """Remember where a comment stands; a doc comment's line end is not part of it."""
    end = node.end_byte
    if draft.text[end - 1] == _NEWLINE:
        end -= 1
    draft.comments.append((node.start_byte, end))
    return False


def is_trailing(text: bytes, start: int) -> bool:
    """Whether code stands before a comment on its line."""
    return bool(text[text.rfind(b"\n", 0, start) + 1 : start].strip())


def belongs_to_what_follows(text: bytes, start: int) -> bool:
    """Whether a comment after code on its line speaks of what follows: `let x = // SAFETY: …`."""
    before = text[text.rfind(b"\n", 0, start) + 1 : start].rstrip()
    return not before or before[-1] in _OPENERS


def notes_of(draft: FileDraft) -> list[Note]:
    """The SAFETY comments of a file, in order."""
    return [note for run in _runs(draft.text, draft.comments) for note in _notes(draft, *run)]


def _runs(text: bytes, comments: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of comments that are one text: on successive lines, of one kind, in one column if the first trails."""
    first = 0
    for index in range(1, len(comments) + 1):
        if index < len(comments) and _continues(text, comments[index - 1], comments[index]):
            continue
        yield first, index
        first = index


def _continues(text: bytes, above: tuple[int, int], below: tuple[int, int]) -> bool:
    gap = text[above[1] : below[0]]
    if (
        gap.count(b"\n") != 1
        or gap.strip()
        or text[above[0] : above[0] + 2] != b"//" != text[below[0] : below[0] + 3][:2]
    ):
        return False
    if is_outer_doc(text[above[0] : above[0] + 4]) != is_outer_doc(text[below[0] : below[0] + 4]):
        return False
    return not is_trailing(text, above[0]) or _column(text, above[0]) == _column(text, below[0])


def _column(text: bytes, offset: int) -> int:
    return offset - text.rfind(b"\n", 0, offset)


def _notes(draft: FileDraft, first: int, last: int) -> Iterator[Note]:
    """The note of a run, from the comment that first says SAFETY to the run's end."""
    comments, text = draft.comments, draft.text
    start, end = comments[first][0], comments[last - 1][1]
    if b"afety" not in text[start:end] and b"AFETY" not in text[start:end]:
        return
    for index in range(first, last):
        low, high = comments[index]
        shown = text[low:high].decode("utf-8", "replace")
        if "afety" not in shown.lower():
            continue
        plain = plain_comment(shown)
        match = _SPEAKS.search(plain) or _HEADING.search(plain)
        if match is None:
            continue
        doc = is_outer_doc(text[low : low + 4])
        form: _Form = (
            "doc"
            if doc
            else "trailing"
            if is_trailing(text, low)
            else "block"
            if shown.startswith("/*")
            else "line"
        )
        whole = plain_comment(
            "\n".join(text[a:b].decode("utf-8", "replace") for a, b in comments[index:last])
        )
        whole = (
            whole[match.start() :] if shown.startswith("/*") or "\n" not in whole[: match.start()] else whole
        )
        heading = doc and _HEADING.search(plain) is not None
        yield Note(SafetyComment(whole.strip(), Span(low, end), form), first, last, heading)
        return
