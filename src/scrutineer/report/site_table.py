"""Every unsafe site with the state of its case, as a table for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from scrutineer.model.case import SafetyCase, Status
from scrutineer.report.escape import for_terminal

_STATES: tuple[Status, ...] = get_args(Status)
_LONGEST = 60


def site_table(cases: Sequence[SafetyCase]) -> str:
    """One line per site: where, what, why it is unsafe, how many obligations are in which state; then the sums."""
    return "\n".join([*(_row(case) for case in cases), "", *_sums(cases)]) + "\n"


def _row(case: SafetyCase) -> str:
    site = case.site
    counts = Counter(each.status for each in case.obligations)
    states = " ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
    mark = "settled" if case.settled else "-" if site.certain else "perhaps"
    operation = case.operation if len(case.operation) <= _LONGEST else f"{case.operation[:_LONGEST]}…"
    where = f"{site.path}:{site.location.start.line}"
    return for_terminal(f"{where}  {site.id}  {mark:7}  {states}  [{case.why_unsafe}]  {operation}")


def _sums(cases: Sequence[SafetyCase]) -> Iterator[str]:
    counts = Counter(each.status for case in cases for each in case.obligations)
    total = sum(counts.values())
    settled = sum(case.settled for case in cases)
    yield f"{len(cases):,} sites, {settled:,} settled ({_share(settled, len(cases))})"
    parts = [f"{counts[state]:,} {state} ({_share(counts[state], total)})" for state in _STATES]
    yield f"{total:,} obligations: {', '.join(parts)}"
    why = Counter(case.why_unsafe for case in cases)
    yield "why: " + ", ".join(f"{count:,} {name}" for name, count in why.most_common())


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
