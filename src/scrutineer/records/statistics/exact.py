"""Exact intervals for counts, shares and ratios of rates, and the posterior of a ratio.

Rates: Garwood (1936), gamma quantiles. Shares: Clopper and Pearson (1934), beta quantiles. Ratio of two Poisson
rates: conditional on the sum, the first count is binomial (Przyborowski and Wilenski 1940), so its Clopper-Pearson
interval becomes one for the ratio. Counts may be fractional: then the same quantiles are used (see `dispersion`).
"""

from __future__ import annotations

from types import ModuleType

import msgspec

from scrutineer.records.errors import RecordsError

LEVEL = 0.95


class Interval(msgspec.Struct, frozen=True):
    """A range of plausible values at level 95 %; `high` is None for "no upper bound"."""

    low: float
    high: float | None

    def excludes(self, value: float) -> bool:
        """Whether the value lies outside."""
        return self.low > value or (self.high is not None and self.high < value)

    def scaled(self, factor: float) -> Interval:
        """The interval of the quantity times a positive factor."""
        return Interval(self.low * factor, None if self.high is None else self.high * factor)


def poisson_interval(count: float, level: float = LEVEL) -> Interval:
    """The exact interval for the mean of a Poisson count."""
    special = scipy_special()
    tail = (1 - level) / 2
    low = float(special.gammaincinv(count, tail)) if count > 0 else 0.0
    return Interval(low, float(special.gammainccinv(count + 1, tail)))


def share_interval(successes: float, trials: float, level: float = LEVEL) -> Interval:
    """The exact interval for a share; successes may be 0 or all of the trials."""
    special = scipy_special()
    tail = (1 - level) / 2
    failures = trials - successes
    low = float(special.betaincinv(successes, failures + 1, tail)) if successes > 0 else 0.0
    high = float(special.betainccinv(successes + 1, failures, tail)) if failures > 0 else 1.0
    return Interval(low, high)


def ratio(count: float, exposure: float, other: float, other_exposure: float) -> float | None:
    """(count / exposure) / (other / other exposure); None when the second rate is 0."""
    return (count / exposure) / (other / other_exposure) if other > 0 else None


def ratio_interval(count: float, exposure: float, other: float, other_exposure: float) -> Interval:
    """The exact conditional interval of the ratio of the first rate to the second."""
    scale = other_exposure / exposure
    if count + other <= 0:
        return Interval(0.0, None)
    share = share_interval(count, count + other)
    assert share.high is not None, "a share is at most 1"
    high = None if share.high >= 1 else scale * share.high / (1 - share.high)
    return Interval(scale * share.low / (1 - share.low) if share.low < 1 else 0.0, high)


def posterior_below_one(count: float, exposure: float, other: float, other_exposure: float) -> float:
    """P(first rate < second rate), with Jeffreys' prior, Gamma(1/2, 0), on each rate independently.

    The rates' posteriors are Gamma(count + 1/2, exposure); their ratio is below 1 exactly when a
    Beta(count + 1/2, other + 1/2) variable is below exposure / (exposure + other exposure).
    """
    at = exposure / (exposure + other_exposure)
    return float(scipy_special().betainc(count + 0.5, other + 0.5, at))


def poisson_tail(count: int, mean: float) -> float:
    """P(a Poisson count of this mean is at least `count`)."""
    return float(scipy_special().gammainc(count, mean)) if count > 0 else 1.0


def scipy_special() -> ModuleType:
    """Scipy's special functions, imported when the first interval is asked for."""
    try:
        from scipy import special  # noqa: PLC0415 - 100 ms that only statistics pay for
    except ImportError as error:
        raise RecordsError("this needs scipy: install `scrutineer[stats]`") from error
    loaded: ModuleType = special
    return loaded
