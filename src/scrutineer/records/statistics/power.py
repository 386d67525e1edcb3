"""How many events would decide a question."""

from __future__ import annotations

from scrutineer.records.statistics.exact import scipy_special

_MOST = 100_000.0


def expected_needed(
    true_ratio: float, spread: float = 1.0, power: float = 0.8, level: float = 0.95
) -> float | None:
    """Events to expect at equal rates, so that a true ratio is told from 1 with this power.

    The larger side's rate is taken as known (it has thousands of events). The test is the exact two-sided one at
    1 - level; clustering multiplies what is needed by its dispersion. None for a ratio of 1, or above 100,000 events.
    """
    if true_ratio == 1.0 or _power(_MOST, true_ratio, level) < power:
        return None
    low, high = 0.1, _MOST
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if _power(middle, true_ratio, level) >= power else (middle, high)
    return high * spread


def _power(expected: float, true_ratio: float, level: float) -> float:
    """P(the exact test rejects equality), when `expected` events come at equal rates."""
    special = scipy_special()
    tail = (1 - level) / 2
    mean = true_ratio * expected
    if true_ratio < 1:
        most = int(special.pdtrik(tail, expected)) if special.pdtr(0, expected) <= tail else -1
        while most >= 0 and special.pdtr(most, expected) > tail:
            most -= 1
        return float(special.pdtr(most, mean)) if most >= 0 else 0.0
    least = int(special.pdtrik(1 - tail, expected)) + 1
    while special.pdtrc(least - 1, expected) > tail:
        least += 1
    return float(special.pdtrc(least - 1, mean))
