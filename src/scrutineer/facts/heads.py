"""What stands before an item's name: visibility, modifiers, attributes, doc comment; and what all items share."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from tree_sitter import Node

from scrutineer.facts.attributes import conjoin, is_test_predicate, marks_test, predicate_of
from scrutineer.facts.draft import Draft, FileDraft
from scrutineer.facts.memo import Memo
from scrutineer.model.items import Attribute
from scrutineer.model.span import Span
from scrutineer.syntax.grammar import field

_NAME = field("name")
_VISIBILITY = re.compile(r"(pub|crate)\b\s*(?:\(([^()]*)\))?")
_ABI = re.compile(r'\bextern\b\s*(?:r?#*"([^"]*)")?')
_COMMENT = re.compile(r"//[^\n]*|/\*[\s\S]*?\*/")
_SECTION = re.compile(
    r"^\s*#+\s*(?:[^\n]*\bsafety|invariants?|panics?)\b|\bcallers?\b|\bunsafe\b", re.IGNORECASE | re.MULTILINE
)
_MAY_BE_SECTION = re.compile(rb"#[^\n]*(?i:safety|invariant|panic)|(?i:\bcaller|\bunsafe)")
_INNER_DOC = frozenset({b"//!", b"/*!"})
_DOC_MARK = re.compile(r"\s*(?://[/!]?|/\*[*!]?|\*/|\*(?!/))?")


class Head(NamedTuple):
    """Words before a name."""

    visibility: str = ""
    words: frozenset[str] = frozenset()
    abi: str = ""


_heads: Memo[Head] = Memo()


def read_head(written: bytes) -> Head:
    """Visibility, keywords and ABI of what stands before a name."""
    found = _heads.get(written)
    if found is None:
        found = _heads[written] = _read_head(written.decode("utf-8", "replace"))
    return found


def _read_head(written: str) -> Head:
    written = _COMMENT.sub(" ", written).strip()
    visibility = ""
    shown = _VISIBILITY.match(written)
    if shown:
        inside = " ".join((shown[2] or "").split())
        visibility = "crate" if shown[1] == "crate" else inside or "pub"
        written = written[shown.end() :]
    abi = _ABI.search(written)
    words = _ABI.sub(" extern ", written).replace("!", " ! ").split()
    return Head(visibility, frozenset(words), (abi[1] or "C") if abi else "")


class Lead(NamedTuple):
    """What stands above an item and belongs to it; `start` is where the whole item starts."""

    start: int
    attributes: tuple[Attribute, ...]
    doc: str


def lead_of(draft: FileDraft, start: int) -> Lead:
    """Attributes and doc comments directly above `start`, ordinary comments between them skipped."""
    text, comments, attributes = draft.text, draft.comments, draft.attributes
    at_comment, at_attribute = len(comments) - 1, len(attributes) - 1
    found: list[Attribute] = []
    docs: list[tuple[int, int]] = []
    first = position = start
    while True:
        comment_end = comments[at_comment][1] if at_comment >= 0 else -1
        attribute_end = attributes[at_attribute][1] if at_attribute >= 0 else -1
        end = max(comment_end, attribute_end)
        if end < 0 or (end < position and not text[end:position].isspace()):
            break
        if end == attribute_end:
            first = position = attributes[at_attribute][0]
            found.append(attributes[at_attribute][2])
            at_attribute -= 1
            continue
        position = comments[at_comment][0]
        mark = text[position : position + 4]
        if is_outer_doc(mark):
            docs.append(comments[at_comment])
            first = position
        elif mark[:3] in _INNER_DOC:
            break
        at_comment -= 1
    found.reverse()
    has_section = bool(docs) and _MAY_BE_SECTION.search(text, first, start) is not None
    return Lead(first, tuple(found), _doc(text, docs) if has_section else "")


def is_outer_doc(mark: bytes) -> bool:
    """Whether a comment that begins so is `///` or `/**` (four slashes or three stars are decoration)."""
    return mark[:3] in {b"///", b"/**"} and mark[3:] not in {b"/", b"*"}


def _doc(text: bytes, docs: list[tuple[int, int]]) -> str:
    shown = b"\n".join(text[start:end] for start, end in reversed(docs)).decode("utf-8", "replace")
    plain = plain_comment(shown)
    return plain if _SECTION.search(plain) else ""


def plain_comment(text: str) -> str:
    """Comment text without its marks, every line cut of one leading blank."""
    return "\n".join(map(plain_line, text.split("\n"))).strip("\n")


def plain_line(line: str) -> str:
    """One line of a comment, without marks and one leading blank."""
    mark = _DOC_MARK.match(line)
    inside = line[mark.end() :] if mark else line
    return inside.removeprefix(" ").rstrip().removesuffix("*/").rstrip()


def start_of(draft: FileDraft, node: Node) -> int:
    """Where an item starts, words in front that were blanked for the grammar included."""
    start = node.start_byte
    rewrites = draft.parsed.rewrites
    index = bisect_right(rewrites, start, key=lambda rewrite: rewrite.span.end)
    while index and not draft.text[rewrites[index - 1].span.end : start].strip():
        index -= 1
        start = rewrites[index].span.start
    return start


def shared(draft: FileDraft, start: int, end: int, name: Node | None) -> Draft:
    """The fields that every item has; `start` is that of its first word, attributes are found above."""
    lead = lead_of(draft, start)
    scope = draft.scope
    own = predicate_of(lead.attributes) if lead.attributes else ""
    test = scope.test or (bool(lead.attributes) and (marks_test(lead.attributes) or is_test_predicate(own)))
    return {
        "name": draft.text[name.start_byte : name.end_byte].decode("utf-8", "replace") if name else "",
        "scope": scope.path,
        "span": Span(lead.start, end),
        "name_span": Span(name.start_byte, name.end_byte) if name else Span(start, start),
        "cfg": conjoin(cfg_at(draft, start), own),
        "attributes": lead.attributes,
        "doc": lead.doc,
        "test": test,
        "opaque": scope.macro >= 0 or scope.definition >= 0,
        "macro": scope.macro,
        "definition": scope.definition,
        "anchors": (start,),
    }


def cfg_at(draft: FileDraft, offset: int) -> str:
    """The predicate that holds at a place: of the enclosing items, and of the statements and arms around it."""
    close_predicates(draft, offset)
    result = draft.scope.cfg
    for start, _, predicate in draft.predicates:
        if start <= offset:
            result = conjoin(result, predicate)
    return result


def close_predicates(draft: FileDraft, offset: int) -> None:
    """Forget the statements and arms that end before a place; they nest, so the last is the innermost."""
    while draft.predicates and draft.predicates[-1][1] <= offset:
        draft.predicates.pop()
