"""Claims of SAFETY comments that the code does not bear out: what each check of a kind of claim gives."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scrutineer.cases.beside import function_of
from scrutineer.cases.cases import Cases
from scrutineer.model.case import SafetyCase, Testimony
from scrutineer.model.contract import ClaimKind
from scrutineer.program.entries import FunctionEntry


class ClaimAt(msgspec.Struct, frozen=True):
    """One claim with the first case that it stands at, and the function around it."""

    case: SafetyCase
    testimony: Testimony
    function: FunctionEntry | None

    @property
    def words(self) -> str:
        """The claim on one line."""
        return " ".join(self.testimony.claim.words.split())


class Objection(msgspec.Struct, frozen=True):
    """What is wrong with a claim: `reason` completes "the comment says so, but …"."""

    at: ClaimAt
    reason: str
    certain: bool = True


def claims_of_kind(cases: Cases, *kinds: ClaimKind) -> Iterator[ClaimAt]:
    """Claims of these kinds in source order, each once however many operations its block holds."""
    seen: set[tuple[str, int, int]] = set()
    for case in cases.all:
        for testimony in case.claims:
            key = (case.site.path, testimony.span.start, testimony.claim.start)
            if testimony.claim.kind in kinds and key not in seen:
                seen.add(key)
                yield ClaimAt(case, testimony, function_of(cases.flows.program, case.site))
