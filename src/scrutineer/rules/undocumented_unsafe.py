"""Unsafe blocks, impls, extern blocks and attributes that no SAFETY comment argues for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scrutineer.model.file import FileFacts
from scrutineer.model.items import Function, ValueItem
from scrutineer.model.span import Span
from scrutineer.rules.convention import documentation_level
from scrutineer.rules.draft import Draft
from scrutineer.rules.rule import Rule
from scrutineer.rules.unit import Unit

_LINT = "clippy::undocumented_unsafe_blocks"
_HELP = "say in a `// SAFETY:` comment above it what makes this sound"


def check(unit: Unit) -> Iterator[Draft]:
    """Report each unsafe operation that stands there without an argument."""
    for facts in unit.files:
        for span, what, damaged in chain(_blocks(facts), _impls(facts), _externs(facts), _attributes(facts)):
            yield Draft(
                path=facts.path,
                span=span,
                message=f"{what} without a SAFETY comment",
                level=documentation_level(unit, facts.path, span, _LINT),
                confidence="low" if damaged else None,
                help=_HELP,
            )


def _blocks(facts: FileFacts) -> Iterator[tuple[Span, str, bool]]:
    for block in facts.unsafe_blocks:
        if not block.comments:
            yield block.span, "unsafe block", block.damaged


def _impls(facts: FileFacts) -> Iterator[tuple[Span, str, bool]]:
    for impl in facts.impls:
        if impl.unsafe and not impl.negative and not impl.comments:
            yield impl.name_span, f"`unsafe {impl.name}`", False


def _externs(facts: FileFacts) -> Iterator[tuple[Span, str, bool]]:
    for block in facts.extern_blocks:
        if block.unsafe and not block.comments:
            yield block.name_span, f'`unsafe extern "{block.name}"`', False


def _attributes(facts: FileFacts) -> Iterator[tuple[Span, str, bool]]:
    items: tuple[Function | ValueItem, ...] = (*facts.functions, *facts.values)
    for item in items:
        for attribute in item.attributes:
            if attribute.unsafe and not item.comments:
                yield attribute.span, f"`#[unsafe({attribute.path})]`", False


RULE = Rule(
    id="undocumented-unsafe",
    summary="unsafe code that no SAFETY comment argues for",
    classes=("documentation",),
    level="note",
    confidence="high",
    since="0.1.0",
    check=check,
    bodies=False,
)
