"""SAFETY comments: which comments argue safety, in what words, and where each stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from scrutineer.facts.draft import FileDraft
from scrutineer.facts.handlers import reads
from scrutineer.facts.heads import is_outer_doc, plain_line
from scrutineer.model.items import SafetyComment
from scrutineer.model.span import Span

_NEWLINE = ord("\n")
_HEADING = re.compile(r"^\s*#+\s*safety\b", re.IGNORECASE | re.MULTILINE)
_SPEAKS = re.compile(
    r"^[ \t>*+#-]*(?i:(?:[a-z]+[ \t/&]+)?safety)\b(?i:[ \t]+(?:comment|note|argument|invariants?))?"
    r"(?:[ \t]*\([^)\n]*\))?[ \t]*(?:[:,.\u2014\u2013-]|$)"
    r"|\bSAFETY\b[ \t]*(?:\([^)\n]*\))?[ \t]*:|^[ \t>*+#-]*SAFETY\b",
    re.MULTILINE,
)
_MAY_SPEAK = re.compile(rb"SAFETY|(?i:safety)[^\n]{0,24}:")
_LONGEST_LINE = 1000
_WORD = re.compile(rb"(?i:safety)")
_DOC_LINES = frozenset({b"///", b"//!"})
_IMPL_FOLLOWS = re.compile(rb"\s*(?:#\[[^\n]*\]\s*)*unsafe\s+impl\b")
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
    """Remember where a comment stands; the lines of a doc comment are one, without the last line's end."""
    text, comments = draft.text, draft.comments
    start, end = node.start_byte, node.end_byte
    if text[end - 1] == _NEWLINE:
        end -= 1
    mark = text[start : start + 3]
    if mark in _DOC_LINES and text[start + 3 : start + 4] != b"/":
        if draft.doc_mark == mark and text[comments[-1][1] : start].isspace():
            comments[-1] = (comments[-1][0], end)
            return False
        draft.doc_mark = mark
    else:
        draft.doc_mark = b""
    comments.append((start, end))
    return False


def _before(text: bytes, start: int) -> bytes:
    """What stands before a place on its line; of an endless line the last part."""
    low = max(0, start - _LONGEST_LINE)
    return text[max(text.rfind(b"\n", low, start) + 1, low) : start]


def is_trailing(text: bytes, start: int) -> bool:
    """Whether code stands before a comment on its line."""
    return bool(_before(text, start).strip())


def belongs_to_what_follows(text: bytes, start: int) -> bool:
    """Whether a comment after code on its line speaks of what follows: `let x = // SAFETY: …`."""
    before = _before(text, start).rstrip()
    return not before or before[-1] in _OPENERS


def notes_of(draft: FileDraft) -> list[Note]:
    """The SAFETY comments of a file, in order."""
    text, comments = draft.text, draft.comments
    starts = [start for start, _ in comments]
    found: list[Note] = []
    reached = 0
    for match in _WORD.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        if index < reached or match.start() >= comments[index][1]:
            continue
        first = last = index
        while first > reached and _continues(text, comments[first - 1], comments[first]):
            first -= 1
        while last + 1 < len(comments) and _continues(text, comments[last], comments[last + 1]):
            last += 1
        reached = last + 1
        found.extend(_notes(draft, first, last + 1))
    return found


def _continues(text: bytes, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether two comments are lines of one text; after code, only in one column."""
    gap = text[above[1] : below[0]]
    if not gap.isspace() or gap.count(b"\n") != 1:
        return False
    family = _family(text, above[0])
    if not family or family != _family(text, below[0]):
        return False
    return not is_trailing(text, above[0]) or _column(text, above[0]) == _column(text, below[0])


def _family(text: bytes, start: int) -> bytes:
    """The mark of a line comment; nothing for a block comment, which is a text of its own."""
    mark = text[start : start + 4]
    if is_outer_doc(mark) or mark[:3] == b"//!":
        return mark[:3]
    return b"//" if mark[:2] == b"//" else b""


def _column(text: bytes, offset: int) -> int:
    return len(_before(text, offset))


def _notes(draft: FileDraft, first: int, last: int) -> Iterator[Note]:
    """The note of a run, from the comment that first says SAFETY to the run's end."""
    comments, text = draft.comments, draft.text
    start, end = comments[first][0], comments[last - 1][1]
    mark = text[start : start + 4]
    doc = is_outer_doc(mark) or mark[:3] in {b"//!", b"/*!"}
    if doc and not _MAY_SPEAK.search(text, start, end) and not _IMPL_FOLLOWS.match(text, end):
        return
    fenced = False
    lines = text[start:end].decode("utf-8", "replace").split("\n")
    offset = start
    for index, line in enumerate(lines):
        plain = plain_line(line)
        fenced ^= doc and plain.lstrip().startswith("```")
        heading = _HEADING.search(plain)
        said = _SPEAKS.search(plain) or heading
        if said is None or fenced:
            offset += len(line.encode()) + 1
            continue
        low = offset + len(line) - len(line.lstrip())
        words = "\n".join([plain[said.start() :], *map(plain_line, lines[index + 1 :])])
        form = "doc" if doc else _form(text, low, mark)
        yield Note(
            SafetyComment(words.strip(), Span(low, end), form), first, last, doc and heading is not None
        )
        return


def _form(text: bytes, start: int, mark: bytes) -> _Form:
    if is_trailing(text, start):
        return "trailing"
    return "block" if mark[:2] == b"/*" else "line"
