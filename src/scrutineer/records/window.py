"""The windows that several questions share: lines today, and fixes since a known release."""

from __future__ import annotations

import msgspec

from scrutineer.records.exposure import (
    CODE,
    Snapshots,
    Weights,
    at_releases,
    cells,
    folders,
    releases_after,
)
from scrutineer.records.releases import mainline_of, release_key
from scrutineer.records.statistics.dispersion import Cell
from scrutineer.records.store import Store

Pair = tuple[tuple[Cell, ...], tuple[Cell, ...]]


class Window(msgspec.Struct, frozen=True):
    """Which records count, and the exposure they are divided by."""

    label: str
    unit: str
    where: str
    values: tuple[object, ...]
    weights: Weights

    def cells(self, store: Store, where: str = "true", *values: object, rust_column: str = CODE) -> Pair:
        """Rust's and C's folders; a further condition narrows the records."""
        conditions = f"({self.where}) AND ({where})"
        sides = []
        for language, column in (("rust", rust_column), ("c", CODE)):
            exposure = folders(store, language, self.weights, column)
            sides.append(cells(store, language, exposure, conditions, *self.values, *values))
        return sides[0], sides[1]


def today(known: Snapshots) -> Window:
    """All records to date over the lines of the newest known release."""
    return Window(
        label=f"all records to date, lines of {known.newest}",
        unit="code lines",
        where="true",
        values=(),
        weights={known.newest: 1.0},
    )


def fixes_since(store: Store, known: Snapshots, since: str) -> Window:
    """Records whose mainline fix came after a known release, over the lines of every release since."""
    fixed = [row[0] for row in store.rows("SELECT DISTINCT fixed FROM cves WHERE fixed IS NOT NULL")]
    later = releases_after(since, max(fixed, key=release_key)) if fixed else ()
    later = tuple(
        sorted(
            {*later, *(name for name in fixed if release_key(name) > release_key(mainline_of(since)))},
            key=release_key,
        )
    )
    last = later[-1] if later else since
    return Window(
        label=f"fixed in mainline after {mainline_of(since)}, up to {last}",
        unit="line-releases",
        where="list_contains(?, fixed)",
        values=(list(later),),
        weights=at_releases(known, later),
    )
