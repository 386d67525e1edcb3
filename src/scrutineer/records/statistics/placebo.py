"""What chance alone gives: random sets of folders of one language, as large as the other language's code.

A set is drawn folder by folder without replacement until its exposure reaches the target; of the last folder only
the part that is needed is taken, each of its counts with that probability. So a set has exactly the exposure of the
code it stands in for, and the clustering of real folders.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from scrutineer.records.statistics.dispersion import Cell

DRAWS = 4_000


class Placebo(msgspec.Struct, frozen=True):
    """The counts of random code of the same size, and where the observed count stands among them."""

    draws: int
    pool_folders: int
    pool_exposure: float
    median: float
    low: float  # 2.5th percentile
    high: float  # 97.5th percentile
    p: float  # two-sided: how often random code is at least as extreme as what was observed


def placebo(pool: Sequence[Cell], target: float, observed: int, draws: int = DRAWS) -> Placebo | None:
    """None when the pool is not at least twice the target: its sets would all be the same code.

    The draws are seeded: the same tables give the same answer.
    """
    folders = sorted((cell for cell in pool if cell.exposure > 0), key=lambda cell: cell.folder)
    total = sum(cell.exposure for cell in folders)
    if total < 2 * target or target <= 0:
        return None
    chance = random.Random(20_251_216)  # noqa: S311 - a simulation, not a secret
    counts = sorted(_draw(folders, target, chance) for _ in range(draws))
    return Placebo(
        draws=draws,
        pool_folders=len(folders),
        pool_exposure=total,
        median=float(counts[draws // 2]),
        low=float(counts[int(0.025 * draws)]),
        high=float(counts[int(0.975 * draws)]),
        p=two_sided(counts, observed),
    )


def two_sided(counts: Sequence[int], observed: int) -> float:
    """Twice the smaller tail, the observation itself counted among the draws, at most 1."""
    below = sum(count <= observed for count in counts) + 1
    above = sum(count >= observed for count in counts) + 1
    return min(1.0, 2 * min(below, above) / (len(counts) + 1))


def _draw(folders: list[Cell], target: float, chance: random.Random) -> int:
    """One set; `folders` is shuffled as far as the draw goes, in place: any order is as good as another."""
    left, count, drawn = target, 0, 0
    while left > 0:
        at = drawn + int(chance.random() * (len(folders) - drawn))
        folders[drawn], folders[at] = folders[at], folders[drawn]
        cell = folders[drawn]
        drawn += 1
        if cell.exposure <= left:
            count += cell.count
        else:
            share = left / cell.exposure
            count += sum(chance.random() < share for _ in range(cell.count))
        left -= cell.exposure
    return count
