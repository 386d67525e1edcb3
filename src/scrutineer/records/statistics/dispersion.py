"""How far counts cluster: some folders have many more bugs than their size says.

Model: folder i has a Poisson count of mean m_i * G_i, with m_i proportional to its exposure and G_i from a gamma
distribution of mean 1 and shape k (a negative binomial count). The variance of a sum of folders is then
sum(m_i) + sum(m_i**2) / k, and its quotient to the Poisson variance is the dispersion. It depends on the sizes:
few large folders are worse than many small ones, so the k estimated from one language is applied to the folders of
the other. The widened interval takes count / dispersion as the amount of information (quasi-likelihood).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scrutineer.records.statistics.exact import Interval, poisson_interval, ratio_interval


class Cell(msgspec.Struct, frozen=True):
    """The count and exposure of one folder; `new`: it did not exist in the oldest release whose size is known."""

    folder: str
    count: int
    exposure: float
    new: bool = False


def gamma_shape(cells: Sequence[Cell]) -> float | None:
    """K by moments: sum(m**2) / (sum((count - m)**2) - sum(m)); None when counts cluster no more than Poisson."""
    exposed = [cell for cell in cells if cell.exposure > 0]
    total = sum(cell.exposure for cell in exposed)
    if len(exposed) < 2 or total <= 0:
        return None
    rate = sum(cell.count for cell in exposed) / total
    means = [rate * cell.exposure for cell in exposed]
    squares = sum((cell.count - mean) ** 2 for cell, mean in zip(exposed, means, strict=True))
    excess = squares - sum(means)
    return sum(mean * mean for mean in means) / excess if excess > 0 else None


def dispersion(cells: Sequence[Cell], rate: float, shape: float | None) -> float:
    """Variance of the sum over these folders, at this rate, as a multiple of the Poisson variance; at least 1."""
    means = [rate * cell.exposure for cell in cells if cell.exposure > 0]
    if shape is None or not means or sum(means) <= 0:
        return 1.0
    return 1.0 + sum(mean * mean for mean in means) / sum(means) / shape


def widened_rate(count: float, exposure: float, spread: float) -> Interval:
    """The interval of a rate whose count clusters `spread` times as much as Poisson."""
    return poisson_interval(count / spread).scaled(spread / exposure)


def widened_ratio(
    count: float, exposure: float, other: float, other_exposure: float, spreads: tuple[float, float]
) -> Interval:
    """The interval of a ratio of rates, each count thinned by its own dispersion."""
    first, second = spreads
    return ratio_interval(count / first, exposure / first, other / second, other_exposure / second)
