"""Kaplan and Meier's estimate of how long something lasts, with observations that end before the event."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import msgspec


class Lifetime(msgspec.Struct, frozen=True):
    """One observation in years; `ended` is False when it was still going on at the last look (censored)."""

    years: float
    ended: bool


class Step(msgspec.Struct, frozen=True):
    """From `years` on, this share survives; low and high are the 95 % interval on the log-log scale."""

    years: float
    at_risk: int
    events: int
    share: float
    low: float
    high: float


def kaplan_meier(lifetimes: Iterable[Lifetime]) -> tuple[Step, ...]:
    """One step per distinct time with an event; Greenwood's variance.

    When the last one at risk ends, the share is 0 and the upper bound stays where it was.
    """
    observed = tuple(lifetimes)
    events = Counter(life.years for life in observed if life.ended)
    leaving = Counter(life.years for life in observed)
    at_risk, share, variance, high = len(observed), 1.0, 0.0, 1.0
    steps = []
    for years in sorted(leaving):
        died = events[years]
        if died:
            share *= 1 - died / at_risk
            variance += died / (at_risk * (at_risk - died)) if at_risk > died else 0.0
            low, high = _log_log(share, variance) if share else (0.0, high)
            steps.append(Step(years, at_risk, died, share, low, high))
        at_risk -= leaving[years]
    return tuple(steps)


def median_years(steps: tuple[Step, ...]) -> float | None:
    """When half are gone; None when more than half survive the last look."""
    return next((step.years for step in steps if step.share <= 0.5), None)


def _log_log(share: float, variance: float) -> tuple[float, float]:
    if share >= 1:
        return share, share
    width = 1.959963984540054 * math.sqrt(variance) / abs(math.log(share))
    return share ** math.exp(width), share ** math.exp(-width)
