"""The headline: whether the answer changes sign with what the counts are divided by."""

from __future__ import annotations

from scrutineer.records.answer import Answer
from scrutineer.records.comparison import Comparison, Strength
from scrutineer.records.errors import MissingExposureError
from scrutineer.records.phrases import number_text, one_of
from scrutineer.records.questions import power, question, question_names
from scrutineer.records.store import Store

ASKS = "Does Rust have fewer CVEs than C - whatever the counts are divided by?"
ASSUMPTIONS = (
    "Each comparison has its own assumptions, given with its question. They favour different sides; none is neutral.",
    "Supported: every denominator points the same way, and each interval, its widening for clustering and the placebo agree. Not decidable: the direction changes with the denominator, or random new C code of the same size does as well. Suggestive: in between.",
)


def answer(store: Store) -> Answer:
    """All denominators side by side; a question that lacks its exposure is named, not hidden."""
    found: list[Comparison] = []
    missing: list[str] = []
    for name in question_names():
        asked = question(name)
        if not asked.headline:
            continue
        try:
            found += asked.answer(store).comparisons[: asked.headline]
        except MissingExposureError as error:
            missing.append(f"Not answered here, `{name}`: {error}")
    if not found:
        raise MissingExposureError(missing[0].split(": ", 1)[1])
    return Answer(
        "headline",
        ASKS,
        headline(found) + _power(store),
        (*ASSUMPTIONS, *missing),
        tuple(found),
        snapshot=store.report.snapshot,
    )


def headline(found: list[Comparison]) -> str:
    """The verdict in one sentence."""
    fewer = [comparison for comparison in found if comparison.direction == "fewer"]
    more = [comparison for comparison in found if comparison.direction == "more"]
    if fewer and more:
        return (
            f"Not decidable: the answer changes sign with the denominator - fewer per {_units(fewer)} "
            f"(ratio {_range(fewer)}), more per {_units(more)} ({_range(more)}){_beside(found)}."
        )
    claim = "fewer" if fewer else "more"
    strengths = [comparison.strength for comparison in found]
    if all(strength == Strength.SUPPORTED for strength in strengths) and (fewer or more):
        return (
            f"Supported: Rust has {claim} CVEs by every denominator (ratio {_range(found)}){_beside(found)}."
        )
    if Strength.NOT_DECIDABLE not in strengths:
        return (
            f"Suggestive: Rust has {claim} CVEs by every denominator (ratio {_range(found)}){_beside(found)}."
        )
    weak = sum(strength == Strength.NOT_DECIDABLE for strength in strengths)
    return (
        f"Not decidable: every denominator points to {claim} CVEs in Rust (ratio {_range(found)}), but {weak} of "
        f"{len(found)} cannot tell it from chance or from new C code{_beside(found)}."
    )


def _units(comparisons: list[Comparison]) -> str:
    return ", ".join(dict.fromkeys(one_of(comparison.unit) for comparison in comparisons))


def _range(comparisons: list[Comparison]) -> str:
    ratios = [comparison.ratio for comparison in comparisons if comparison.ratio is not None]
    low, high = min(ratios, default=0.0), max(ratios, default=0.0)
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"


def _beside(found: list[Comparison]) -> str:
    """What random new C code of the same size had, where the counts are plainest."""
    drawn = next(
        (comparison for comparison in found if comparison.unit == "code lines" and comparison.placebo), None
    )
    if drawn is None or drawn.placebo is None:
        return ""
    placebo = drawn.placebo
    return (
        f"; new C code of the same size had {placebo.median:.0f} CVEs ({placebo.low:.0f} to {placebo.high:.0f}), "
        f"Rust's has {drawn.rust.count}"
    )


def _power(store: Store) -> str:
    try:
        return f" {power.answer(store).says}"
    except MissingExposureError:
        return ""
