"""Results as sentences that say no more than the numbers do."""

from __future__ import annotations

from collections.abc import Sequence

from scrutineer.records.comparison import Comparison, Strength
from scrutineer.records.statistics.exact import Interval

_RANK = (Strength.NOT_DECIDABLE, Strength.SUGGESTIVE, Strength.SUPPORTED)


def verdict_of(comparisons: Sequence[Comparison]) -> str:
    """One sentence for all comparisons of a question, never stronger than its weakest."""
    if not comparisons:
        return "Not decidable: one of the languages has no code to compare."
    directions = {comparison.direction for comparison in comparisons}
    ratios = ", ".join(ratio_text(comparison) for comparison in comparisons[:3])
    if len(directions) > 1:
        return f"Not decidable: the direction depends on the comparison (Rust over C: {ratios})."
    weakest = min((comparison.strength for comparison in comparisons), key=_RANK.index)
    claim = {"fewer": "Rust has fewer CVEs", "more": "Rust has more CVEs", "equal": "Both have as many CVEs"}[
        directions.pop()
    ]
    unit = one_of(comparisons[0].unit)
    if weakest == Strength.NOT_DECIDABLE:
        return f"Not decidable whether {claim[0].lower() if claim[0] == 'B' else claim[0]}{claim[1:]} per {unit} (Rust over C: {ratios})."
    return f"{weakest.capitalize()}: {claim} per {unit} (Rust over C: {ratios})."


def one_of(unit: str) -> str:
    """A unit of exposure in the singular: `code lines` → `code line`."""
    for plural in ("lines", "releases", "years"):
        unit = unit.replace(plural, plural[:-1])
    return unit


def ratio_text(comparison: Comparison) -> str:
    """The ratio with its widened interval, as in `0.40 (0.12 to 1.31)`."""
    if comparison.ratio is None:
        return "no ratio"
    return f"{comparison.ratio:.2g} ({interval_text(comparison.widened)})"


def interval_text(interval: Interval | None) -> str:
    """Two significant digits each; an open end says so."""
    if interval is None:
        return "-"
    high = "no bound" if interval.high is None else number_text(interval.high)
    return f"{number_text(interval.low)} to {high}"


def number_text(value: float) -> str:
    """Three significant digits below a thousand, separated thousands above."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
