"""Unsafe code in macro definitions is decided where the macro is expanded: there it has types.

Only the first expansion is looked at; a macro that is unsafe for one type alone is rare, and unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from scrutineer.model.items import Function, UnsafeBlock
from scrutineer.model.span import Span
from scrutineer.program.memo import kept

if TYPE_CHECKING:
    from scrutineer.program.program import Program

Place = tuple[int, int]  # file and first byte


class Twin(NamedTuple):
    """A block or function of an expansion: its file there, and its number in that file."""

    file: int
    number: int


class _Twins(NamedTuple):
    blocks: Mapping[Place, Twin]
    bodies: Mapping[Place, Twin]


def written_span(program: Program, file: int, span: Span) -> tuple[int, Span]:
    """Where a span of any file of the program was written, in a file of the crate; -1 for one of another crate."""
    while True:
        if span.path:
            file = _numbers(program).get(span.path, -1)
        if file < program.written:
            return file, Span(span.start, span.end)
        made = program.expansions[file - program.written]
        span, file = made.origin(Span(span.start, span.end)), made.parent


def block_twin(program: Program, file: int, block: UnsafeBlock) -> Twin | None:
    """The first expansion of an unsafe block that stands in a macro's definition or arguments."""
    if block.definition < 0 and block.macro < 0:
        return None
    return _twins(program).blocks.get((file, block.span.start))


def function_twin(program: Program, file: int, item: Function) -> Twin | None:
    """The first expansion of a function that stands in a macro's definition or arguments."""
    if item.body_span is None or (item.definition < 0 and item.macro < 0):
        return None
    return _twins(program).bodies.get((file, item.body_span.start))


@kept
def _numbers(program: Program) -> dict[str, int]:
    return {facts.path: number for number, facts in enumerate(program.files)}


@kept
def _twins(program: Program) -> _Twins:
    blocks: dict[Place, Twin] = {}
    bodies: dict[Place, Twin] = {}
    for file, facts in enumerate(program.files[program.written :], start=program.written):
        for number, block in enumerate(facts.unsafe_blocks):
            if block.definition < 0:
                blocks.setdefault(_place(program, file, block.span), Twin(file, number))
        for number, item in enumerate(facts.functions):
            if item.unsafe and item.definition < 0 and item.body_span is not None:
                bodies.setdefault(_place(program, file, item.body_span), Twin(file, number))
    return _Twins(blocks, bodies)


def _place(program: Program, file: int, span: Span) -> Place:
    written, at = written_span(program, file, span)
    return written, at.start
