"""Which SAFETY comment speaks for what: above it or above its statement, inside it, or after it on its line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from scrutineer.facts.comments import Note, belongs_to_what_follows, notes_of
from scrutineer.facts.draft import Draft, FileDraft
from scrutineer.model.items import SafetyComment
from scrutineer.model.span import Span


class _Search:
    """The notes of a file by the comments that they consist of, and which have found their place."""

    def __init__(self, draft: FileDraft, notes: list[Note]) -> None:
        self.draft = draft
        self.notes = notes
        self.note_starts = [note.comment.span.start for note in notes]
        self.used: set[int] = set()
        self.of_comment = {
            index: number for number, note in enumerate(notes) for index in range(note.first, note.last)
        }
        self.comment_starts = [start for start, _ in draft.comments]
        self.comment_ends = [end for _, end in draft.comments]
        self.attribute_ends = [end for _, end, _ in draft.attributes]

    def above(self, anchor: int) -> int:
        """Number of the note directly above an offset, attributes and other comments skipped; -1 without."""
        text = self.draft.text
        comment = bisect_right(self.comment_ends, anchor) - 1
        attribute = bisect_right(self.attribute_ends, anchor) - 1
        while True:
            comment_end = self.comment_ends[comment] if comment >= 0 else -1
            attribute_end = self.attribute_ends[attribute] if attribute >= 0 else -1
            end = max(comment_end, attribute_end)
            if end < 0 or (end < anchor and not _is_space(text[end:anchor])):
                return -1
            if end == attribute_end:
                anchor = self.draft.attributes[attribute][0]
                attribute -= 1
                continue
            anchor = self.comment_starts[comment]
            if not belongs_to_what_follows(text, anchor):
                return -1
            if comment in self.of_comment:
                return self.of_comment[comment]
            comment -= 1

    def after(self, offset: int, *, same_line: bool) -> int:
        """Number of the note that follows an offset: on the same line, or with nothing before it."""
        index = bisect_left(self.comment_starts, offset)
        if index not in self.of_comment:
            return -1
        between = self.draft.text[offset : self.comment_starts[index]]
        near = b"\n" not in between if same_line else not between.strip()
        return self.of_comment[index] if near else -1

    def take(self, numbers: Iterable[int], *, headings: bool) -> tuple[SafetyComment, ...]:
        """The comments of these notes, each once; doc headings only where asked for."""
        found = dict.fromkeys(number for number in numbers if number >= 0)
        kept = [number for number in found if headings or not self.notes[number].heading]
        self.used.update(kept)
        return tuple(self.notes[number].comment for number in kept)

    def rest_inside(self, span: Span) -> list[int]:
        """Notes inside a span that nothing has taken."""
        first, last = bisect_left(self.note_starts, span.start), bisect_left(self.note_starts, span.end)
        return [number for number in range(first, last) if number not in self.used]


def _is_space(between: bytes) -> bool:
    """Whether nothing stands between; the start of a macro's repetition is nothing."""
    return between.isspace() or (b"$(" in between and not between.replace(b"$(", b"").strip())


def attach(draft: FileDraft) -> tuple[SafetyComment, ...]:
    """Give every unsafe thing its comments; what is left speaks for nothing unsafe."""
    notes = notes_of(draft) if draft.speaks_of_safety else []
    search = _Search(draft, notes)
    for block in draft.unsafe_blocks:
        block["comments"] = _of_block(search, block) if notes else ()
    if not notes:
        return ()
    _attach_impls(search, draft.impls)
    for item in (*draft.traits, *draft.extern_blocks, *draft.values, *draft.functions, *draft.macro_calls):
        if _may_need(item):
            numbers = [search.above(anchor) for anchor in item["anchors"]]
            numbers.append(search.after(item["span"].end, same_line=True))
            item["comments"] = search.take(numbers, headings=False)
    _attach_rest(search, draft)
    return tuple(
        note.comment for number, note in enumerate(notes) if number not in search.used and not note.heading
    )


def _may_need(item: Draft) -> bool:
    """Whether an item is unsafe, has an unsafe attribute, or is a macro call that may stand for something unsafe."""
    return item.get("unsafe") or "delimiter" in item or any(one.unsafe for one in item["attributes"])


def _of_block(search: _Search, block: Draft) -> tuple[SafetyComment, ...]:
    inside, anchors = block["anchors"]
    numbers = [search.above(anchor) for anchor in anchors]
    numbers.append(search.after(inside, same_line=False))
    numbers.append(search.after(block["span"].end, same_line=True))
    return search.take(numbers, headings=True)


def _attach_impls(search: _Search, impls: list[Draft]) -> None:
    text = search.draft.text
    above: Draft | None = None
    for item in impls:
        if not item["unsafe"]:
            above = None
            continue
        start = item["anchors"][0]
        numbers = [search.above(start), search.after(item["span"].end, same_line=True)]
        item["comments"] = search.take(numbers, headings=True)
        if not item["comments"] and above is not None and above.get("comments"):
            between = text[above["span"].end : item["span"].start]
            if not between.strip() and between.count(b"\n") < 2:
                item["comments"], item["shared_comment"] = above["comments"], True
        above = item


def _attach_rest(search: _Search, draft: FileDraft) -> None:
    """Comments inside an unsafe block, an unsafe function or a macro belong to it, the innermost first."""
    for block in reversed(draft.unsafe_blocks):
        numbers = search.rest_inside(block["span"])
        if numbers:
            block["comments"] += search.take(numbers, headings=True)
    for function in reversed(draft.functions):
        if function["unsafe"] and function["body_span"]:
            numbers = search.rest_inside(function["body_span"])
            function["comments"] = function.get("comments", ()) + search.take(numbers, headings=True)
    for macro in (*reversed(draft.macro_calls), *reversed(draft.macro_definitions)):
        numbers = search.rest_inside(macro["span"])
        macro["comments"] = macro.get("comments", ()) + search.take(numbers, headings=True)
