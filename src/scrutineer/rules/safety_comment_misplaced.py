"""SAFETY comments on something safe: the unsafe code they argued for moved, or never was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Function, MacroDefinition, SafetyComment
from scrutineer.rules.convention import documentation_level
from scrutineer.rules.draft import Draft
from scrutineer.rules.lexer import statement_after
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_LINT = "clippy::unnecessary_safety_comment"
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
                help="move it to the unsafe operation that it argues for, or write it as an ordinary comment",
            )


def _is_prose(unit: Unit, facts: FileFacts, comment: SafetyComment) -> bool:
    text = unit.text(facts.path)
    if not _DOCUMENTATION.match(text, comment.span.start):
        return False
    return not _DOCUMENTED_ARGUMENT.match(text, comment.span.start)


def _may_be_meant(unit: Unit, facts: FileFacts, comment: SafetyComment) -> bool:
    """In unsafe code, in a macro and above a macro call, what is unsafe may not show."""
    if any(block.span.covers(comment.span) for block in facts.unsafe_blocks):
        return True
    for item in unit.enclosing(facts.path, comment.span):
        if isinstance(item, MacroDefinition) or (isinstance(item, Function) and item.unsafe):
            return True
    follows = statement_after(unit.code(facts.path), comment.span.end)
    return any(
        call.span.covers(comment.span) or follows.start <= call.span.start < follows.end
        for call in facts.macro_calls
    )


RULE = Rule(
    id="safety-comment-misplaced",
    summary="SAFETY comments on something safe",
    classes=("documentation",),
    level="note",
    confidence="medium",
    since="0.1.0",
    check=check,
)
