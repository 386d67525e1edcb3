"""SAFETY comments that argue nothing: empty, TODO, "trust me", the operation's own name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scrutineer.model.file import FileFacts
from scrutineer.model.items import ExternBlock, Function, ImplItem, SafetyComment, ValueItem
from scrutineer.model.span import Span
from scrutineer.rules.convention import documentation_level
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_LINT = "clippy::undocumented_unsafe_blocks"
_PREFIX = re.compile(r"\A[\s#*/!-]*(?:un)?safety\b(?:\s+comment)?[\s:.*-]*", re.IGNORECASE)
_DEFERRED = re.compile(r"\A\W*(?:todo|fixme|xxx|tbd|wip)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+|[^\W_]+")
# Words that carry no argument, however they are combined: "this should be fine, trust me".
_EMPTY_WORDS = frozenset((Path(__file__).parent / "empty_words.txt").read_text(encoding="utf-8").split())


class _Commented(NamedTuple):
    """A comment, each operation that it may only repeat, and where these are."""

    comment: SafetyComment
    operations: tuple[str, ...]
    owner: Span


def check(unit: Unit) -> Iterator[Draft]:
    """Report each comment that leaves nothing once filler and the operation's own words are taken away."""
    for facts in unit.files:
        seen = set()
        for comment, operations, owner in _commented(facts):
            if comment.span in seen or not says_nothing(comment.text, operations):
                continue
            seen.add(comment.span)
            yield Draft(
                path=facts.path,
                span=comment.span,
                item=unit.item_at(facts.path, owner),
                message="this SAFETY comment is a placeholder",
                level=documentation_level(unit, facts.path, owner, _LINT),
                help="name the preconditions of the operation and what in the code makes each hold",
            )


def says_nothing(text: str, operations: tuple[str, ...] = ()) -> bool:
    """Whether a comment only defers, assures, or repeats one of the operations that it stands on."""
    argument = _PREFIX.sub("", text, count=1)
    if _DEFERRED.search(argument):
        return True
    left = _words(argument) - _EMPTY_WORDS
    return not left or any(left <= _words(operation) for operation in operations)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _commented(facts: FileFacts) -> Iterator[_Commented]:
    for block in facts.unsafe_blocks:
        operations = tuple(candidate.text.partition("<")[0] for candidate in block.candidates)
        yield from (_Commented(comment, operations, block.span) for comment in block.comments)
    documented: tuple[ImplItem | ExternBlock | Function | ValueItem, ...]
    documented = (*facts.impls, *facts.extern_blocks, *facts.functions, *facts.values)
    for item in documented:
        words = " ".join(["impl", item.name, *(attribute.path for attribute in item.attributes)])
        yield from (_Commented(comment, (words,), item.span) for comment in item.comments)


RULE = Rule(
    id="placeholder-safety-comment",
    summary="SAFETY comments that argue nothing",
    classes=("documentation",),
    level="note",
    confidence="high",
    since="0.1.0",
    check=check,
    bodies=False,
)
