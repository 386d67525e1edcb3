"""SAFETY comments on something safe: the unsafe code they argued for moved, or never was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from scrutineer.model.file import FileFacts
from scrutineer.model.finding import Related
from scrutineer.model.items import (
    Function,
    ImplItem,
    MacroDefinition,
    ModuleItem,
    SafetyComment,
    TraitItem,
    TypeItem,
)
from scrutineer.model.span import Span
from scrutineer.rules.convention import documentation_level
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit
from scrutineer.syntax.lexer import blank_literals, whole_statement_after

_LINT = "clippy::unnecessary_safety_comment"
_NEAR = 10  # lines between a comment and the block that it may have been written for
# "Panic safety: …" is another matter.
_OTHER_SAFETY = re.compile(rb"[/*!\s#]*[A-Za-z]+[ -][Ss]afety\b")
_DOCUMENTATION = re.compile(rb"//[/!]|/\*[*!]")
# Prose of documentation speaks of safety in many ways, and its examples hold comments; this form argues.
_DOCUMENTED_ARGUMENT = re.compile(rb"(?://[/!]|/\*[*!])\s*SAFETY:")


def check(unit: Unit) -> Iterator[Draft]:
    """Report each SAFETY comment that no unsafe operation can be meant by."""
    for facts in unit.files:
        for comment in facts.safety_comments:
            if _is_prose(unit, facts, comment) or _may_be_meant(unit, facts, comment):
                continue
            yield Draft(
                path=facts.path,
                span=comment.span,
                message="this SAFETY comment stands on nothing unsafe",
                level=documentation_level(unit, facts.path, comment.span, _LINT),
                related=_undocumented_below(unit, facts, comment),
                help="move it to the unsafe operation that it argues for, or write it as an ordinary comment",
            )


def _is_prose(unit: Unit, facts: FileFacts, comment: SafetyComment) -> bool:
    text = unit.text(facts.path)
    start = comment.span.start
    if _OTHER_SAFETY.match(text, start):
        return True
    return bool(_DOCUMENTATION.match(text, start)) and not _DOCUMENTED_ARGUMENT.match(text, start)


def _may_be_meant(unit: Unit, facts: FileFacts, comment: SafetyComment) -> bool:
    """Whether something unsafe is in or around what the comment stands on, or may be and does not show.

    That is so in macros and above macro calls, and in a type's declaration, where the comment is about fields
    that unsafe code elsewhere relies on. What stands in the body of an item below the comment is not meant.
    """
    for item in unit.enclosing(facts.path, comment.span):
        if isinstance(item, MacroDefinition | TypeItem) or (isinstance(item, Function) and item.unsafe):
            return True
    follows = whole_statement_after(blank_literals(unit.text(facts.path)), comment.span.end)
    candidates = chain(
        (block.span for block in facts.unsafe_blocks), (call.span for call in facts.macro_calls)
    )
    return any(
        span.covers(comment.span) or (follows.covers(span) and not _in_item_below(unit, facts, comment, span))
        for span in candidates
    )


def _in_item_below(unit: Unit, facts: FileFacts, comment: SafetyComment, span: Span) -> bool:
    return any(
        isinstance(item, Function | ImplItem | TraitItem | ModuleItem)
        and item.name_span.start >= comment.span.end
        for item in unit.enclosing(facts.path, span)
    )


def _undocumented_below(unit: Unit, facts: FileFacts, comment: SafetyComment) -> tuple[Related, ...]:
    """The unsafe block that the comment may have been written for."""
    line = facts.lines.line(comment.span.end)
    for block in facts.unsafe_blocks:
        if block.span.start > comment.span.end and not block.comments:
            near = facts.lines.line(block.span.start) - line <= _NEAR
            same = unit.enclosing(facts.path, block.span) == unit.enclosing(facts.path, comment.span)
            if near and same:
                return (unit.related(facts.path, block.span, "this unsafe block has none"),)
    return ()


RULE = Rule(
    id="safety-comment-misplaced",
    summary="SAFETY comments on something safe",
    classes=("documentation",),
    level="note",
    confidence="medium",
    since="0.1.0",
    check=check,
    bodies=False,
)
