"""Several designs of one interface against the same clients, in one table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scrutineer.explore.explore import explore
from scrutineer.explore.load import ModelFile
from scrutineer.explore.show.text import printable
from scrutineer.explore.verdict import Bounds, Verdict


class Design(msgspec.Struct, frozen=True):
    """One design and what exploring it gave."""

    name: str
    path: str
    verdict: Verdict
    unsafe_contract: str
    """What its callers must still promise; empty when the API needs no unsafe contract."""


def designs(paths: Sequence[Path], sizes: dict[str, int], bounds: Bounds) -> tuple[Design, ...]:
    """Explore the `model` of every file."""
    found = []
    for path in paths:
        model = ModelFile(path).build(sizes=sizes)
        found.append(Design(model.name, str(path), explore(model, bounds), model.unsafe_contract))
    return tuple(found)


_COLUMNS = (("design", 30), ("verdict", 40), ("states", 7), ("steps", 5), ("unsafe contract left", 38))


def comparison_text(found: Sequence[Design]) -> str:
    """Return the table, then the shortest failing schedule of each design that fails, as a command."""
    rows = [[title for title, _ in _COLUMNS], ["-" * width for _, width in _COLUMNS]]
    rows += [_row(design) for design in found]
    lines = []
    for row in rows:
        cells = [textwrap.wrap(text, width) or [""] for text, (_, width) in zip(row, _COLUMNS, strict=True)]
        for i in range(max(map(len, cells))):
            parts = [cell[i] if i < len(cell) else "" for cell in cells]
            padded = (part.ljust(width) for part, (_, width) in zip(parts, _COLUMNS, strict=True))
            lines.append("  ".join(padded).rstrip())
    failing = [design for design in found if design.verdict.counterexample]
    if failing:
        lines += ["", "shortest failing schedules:"]
        lines += [
            f"  scrutineer explore {design.path} --replay {design.verdict.replay}" for design in failing
        ]
    bounds = {f"{bound.name} {bound.value}" for design in found for bound in design.verdict.bounds}
    lines += ["", f"bounds: {', '.join(sorted(bounds)) or 'those of the models'}"]
    return printable("\n".join(lines)) + "\n"


def _row(design: Design) -> list[str]:
    verdict = design.verdict
    outcome = f"{verdict.kind}: {verdict.message}" if verdict.counterexample else f"safe: {verdict.kind}"
    if verdict.not_explored:
        outcome = verdict.message
    steps = str(sum(not step.private for step in verdict.steps)) if verdict.steps else "-"
    return [
        design.name,
        outcome,
        f"{verdict.states:,}",
        steps,
        design.unsafe_contract or "none: safe to call",
    ]
