"""One obligation while it is being decided: what is asked, of which operand, where."""

from __future__ import annotations

import re
from typing import cast

import msgspec

from scrutineer.cases.asked import Asked
from scrutineer.cases.located import SiteAt
from scrutineer.cases.origin import Origin, origin_of, stepped
from scrutineer.flow.function import FunctionFlow
from scrutineer.model.body import Operand
from scrutineer.model.case import Evidence, EvidenceKind
from scrutineer.model.contract import Precondition
from scrutineer.model.span import Location, Span

_BLOCK = re.compile(r"\bblock\b|while the box lives|\binto_raw\b")
_ARITHMETIC = frozenset(("add", "sub", "offset", "byte_add", "byte_sub", "byte_offset"))


class Question(msgspec.Struct, frozen=True):
    """What is asked at a site; `wanted` is the precondition itself or one of its alternatives."""

    at: SiteAt
    asked: Asked
    wanted: Precondition
    operand: Operand | None

    @property
    def flow(self) -> FunctionFlow:
        """The body around the site."""
        return self.at.flow

    @property
    def origin(self) -> Origin:
        """What the operand was made of; several obligations ask it of one operand."""
        key = ("origin", self.operand)
        if key not in self.flow.kept:
            self.flow.kept[key] = origin_of(self.flow, self.operand)
        return cast("Origin", self.flow.kept[key])

    @property
    def moves(self) -> bool:
        """Whether the operation is pointer arithmetic, for which the extent of the memory matters."""
        return self.at.target.name in _ARITHMETIC

    @property
    def asks_for_block(self) -> bool:
        """Whether a whole block of an allocator is meant, which no mere pointer into memory is."""
        return self.wanted.property in {"allocated", "valid", "no-alias"} and bool(
            _BLOCK.search(self.wanted.words)
        )

    def evidence(self, kind: EvidenceKind, text: str, span: Span | None = None) -> Evidence:
        """Evidence at a span of this body, or at the site itself."""
        if span is None or span.path:
            return Evidence(kind=kind, text=text, location=self.at.site.location)
        lines = self.flow.program.files[self.flow.entry.file].lines
        place = Location(self.flow.path, lines.position(span.start), lines.position(span.end))
        return Evidence(kind=kind, text=text, location=place)


def question_of(at: SiteAt, asked: Asked, wanted: Precondition) -> Question:
    """The question whether a precondition holds at a site, with its operand."""
    operand = at.operand(wanted.position)
    if wanted.steps:
        place = stepped(at.flow, operand, wanted.steps) if operand is not None else None
        operand = Operand("read", place) if place is not None else None
    return Question(at, asked, wanted, operand)
