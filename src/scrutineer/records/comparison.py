"""One rate of Rust against one of C: exact, widened for clustering, and beside what chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from scrutineer.records.statistics.dispersion import (
    Cell,
    dispersion,
    gamma_shape,
    widened_rate,
    widened_ratio,
)
from scrutineer.records.statistics.exact import (
    Interval,
    poisson_interval,
    posterior_below_one,
    ratio,
    ratio_interval,
)
from scrutineer.records.statistics.placebo import Placebo, placebo

MILLION = 1e6
PRIOR = "Jeffreys' prior Gamma(1/2, 0) on each rate, independently; Poisson counts, clustering not modelled"


class Strength(StrEnum):
    """How far the data carry a claim."""

    SUPPORTED = "supported"
    SUGGESTIVE = "suggestive"
    NOT_DECIDABLE = "not decidable"


class Side(msgspec.Struct, frozen=True):
    """One language's part: rates are per million units of exposure."""

    count: int
    exposure: float
    rate: float
    exact: Interval
    widened: Interval
    dispersion: float
    """Variance over the folders as a multiple of Poisson's; for Rust at the higher of the two rates, to be careful."""


class Comparison(msgspec.Struct, frozen=True):
    """The two rates and their ratio (Rust over C)."""

    label: str
    unit: str
    rust: Side
    c: Side
    ratio: float | None
    exact: Interval
    widened: Interval
    posterior_below_one: float
    prior: str
    placebo: Placebo | None  # random new C code of Rust's exposure
    placebo_ratio: Interval | None  # its central 95 %, as ratios to all C
    placebo_note: str  # why there is none; empty otherwise
    strength: Strength
    direction: str  # `fewer`, `more` or `equal`, by the point estimate


def compare(label: str, unit: str, rust: Sequence[Cell], c: Sequence[Cell]) -> Comparison | None:
    """Compare; None when either language has no exposure at all."""
    count, other = sum(cell.count for cell in rust), sum(cell.count for cell in c)
    exposure, other_exposure = sum(cell.exposure for cell in rust), sum(cell.exposure for cell in c)
    if exposure <= 0 or other_exposure <= 0:
        return None
    shape = gamma_shape(c)
    rates = (count / exposure, other / other_exposure)
    sides = (
        _side(count, exposure, dispersion(rust, max(rates), shape)),
        _side(other, other_exposure, dispersion(c, rates[1], shape)),
    )
    numbers = (count, exposure, other, other_exposure)
    exact = ratio_interval(*numbers)
    widened = widened_ratio(*numbers, (sides[0].dispersion, sides[1].dispersion))
    drawn = placebo([cell for cell in c if cell.new], exposure, count)
    observed = ratio(*numbers)
    per_count = other_exposure / exposure / other if other else 0.0
    return Comparison(
        label=label,
        unit=unit,
        rust=sides[0],
        c=sides[1],
        ratio=observed,
        exact=exact,
        widened=widened,
        posterior_below_one=posterior_below_one(*numbers),
        prior=PRIOR,
        placebo=drawn,
        placebo_ratio=Interval(drawn.low, drawn.high).scaled(per_count) if drawn and other else None,
        placebo_note="" if drawn else "no placebo: the new C code known is less than twice the Rust code",
        strength=judge(observed, exact, widened, drawn, count),
        direction=_direction(observed),
    )


def judge(
    observed: float | None, exact: Interval, widened: Interval, drawn: Placebo | None, count: int
) -> Strength:
    """Supported only when the interval, its widening and the placebo all agree; never stronger than the placebo.

    The placebo allows `supported` below p = 0.05, `suggestive` below 0.2, and only for a difference that points
    the same way from random new C code as from all C. Without a placebo nothing is more than suggestive.
    """
    if observed is None or not exact.excludes(1):
        return Strength.NOT_DECIDABLE
    if drawn is None:
        return Strength.SUGGESTIVE
    same_way = count < drawn.median if observed < 1 else count > drawn.median
    if drawn.p >= 0.2 or not same_way:
        return Strength.NOT_DECIDABLE
    return Strength.SUPPORTED if drawn.p < 0.05 and widened.excludes(1) else Strength.SUGGESTIVE


def _side(count: int, exposure: float, spread: float) -> Side:
    return Side(
        count=count,
        exposure=exposure,
        rate=count / exposure * MILLION,
        exact=poisson_interval(count).scaled(MILLION / exposure),
        widened=widened_rate(count, exposure, spread).scaled(MILLION),
        dispersion=spread,
    )


def _direction(observed: float | None) -> str:
    if observed is None or observed == 1:
        return "equal"
    return "fewer" if observed < 1 else "more"
