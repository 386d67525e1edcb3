"""What counts are divided by: code lines per folder, at one moment, over years, or over releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import msgspec

from scrutineer.records.errors import MissingExposureError
from scrutineer.records.releases import date_of, mainline_of, release_key, release_order
from scrutineer.records.statistics.dispersion import Cell
from scrutineer.records.store import Store

LANGUAGES = ("rust", "c")
CODE = "code_lines"
UNSAFE = "unsafe_lines"

Folders = dict[str, float]
Weights = Mapping[str, float]


class Snapshots(msgspec.Struct, frozen=True):
    """The releases whose code size is known, oldest first."""

    releases: tuple[str, ...]

    @property
    def oldest(self) -> str:
        """The first of them."""
        return self.releases[0]

    @property
    def newest(self) -> str:
        """The last of them."""
        return self.releases[-1]

    @property
    def newest_but_one(self) -> str:
        """The one before the last."""
        return self.releases[-2]


def snapshots(store: Store, at_least: int = 1) -> Snapshots:
    """The known releases. Raises MissingExposureError, naming the option, when there are too few."""
    releases = tuple(sorted(store.report.releases, key=release_key))
    if len(releases) < at_least:
        needed = "the code size of a release" if at_least == 1 else f"the code sizes of {at_least} releases"
        raise MissingExposureError(
            f"this question needs {needed} (known: {len(releases)}): "
            "ingest with `--sizes JSONL` or `--tree RELEASE=DIR`"
        )
    return Snapshots(releases)


def snapshot_day(store: Store) -> date:
    """The last day the records speak of. Raises MissingExposureError when no record is dated."""
    if store.report.snapshot is None:
        raise MissingExposureError("this question needs dates of publication: ingest with `--published CSV`")
    return date.fromisoformat(store.report.snapshot)


def folders(store: Store, language: str, weights: Weights, column: str = CODE) -> Folders:
    """Weighted lines of each folder's runtime code: the sum over releases of weight times lines."""
    lines: Folders = {}
    for release, folder, count in store.rows(
        f"SELECT release, folder, sum({column}) FROM sizes WHERE runtime AND language = ? GROUP BY ALL",  # noqa: S608 - our own column
        language,
    ):
        lines[folder] = lines.get(folder, 0.0) + weights.get(release, 0.0) * float(count)
    return lines


def growth(store: Store, language: str, since: str, until: str) -> Folders:
    """Net lines that each folder gained from one release to another; a folder that shrank gained none."""
    before, after = folders(store, language, {since: 1.0}), folders(store, language, {until: 1.0})
    return {
        folder: max(0.0, after.get(folder, 0.0) - before.get(folder, 0.0)) for folder in {*before, *after}
    }


def new_folders(store: Store, language: str) -> frozenset[str]:
    """Folders with code in the newest known release and none in the oldest."""
    known = snapshots(store)
    if len(known.releases) < 2:
        return frozenset()
    old, new = folders(store, language, {known.oldest: 1.0}), folders(store, language, {known.newest: 1.0})
    return frozenset(folder for folder, lines in new.items() if lines > 0 and old.get(folder, 0.0) <= 0)


def cells(store: Store, language: str, exposure: Folders, where: str, *values: object) -> tuple[Cell, ...]:
    """Published records of one language's runtime code that meet `where`, by folder, beside its exposure.

    A folder that has records but no known code (it was moved or removed) keeps its count, with exposure 0.
    """
    counts = dict(
        store.rows(
            "SELECT folder, count(*) FROM cves WHERE state = 'PUBLISHED' AND kernel_code AND language = ? "  # noqa: S608 - conditions are ours
            f"AND ({where}) GROUP BY folder",
            language,
            *values,
        )
    )
    new = new_folders(store, language)
    return tuple(
        Cell(folder, counts.get(folder, 0), exposure.get(folder, 0.0), folder in new)
        for folder in sorted({*counts, *exposure})
    )


def releases_after(first: str, last: str | None = None) -> tuple[str, ...]:
    """Mainline releases after the one that `first` belongs to, up to and with `last`'s; else all known later ones."""
    low = release_key(mainline_of(first))
    high = release_key(mainline_of(last)) if last else None
    return tuple(
        name
        for name in release_order()
        if release_key(name) > low and (high is None or release_key(name) <= high)
    )


def at_releases(known: Snapshots, releases: Sequence[str]) -> Weights:
    """Weights for line-releases: the lines of each release, interpolated between known ones by release number."""
    order = {name: float(index) for index, name in enumerate(release_order(tuple(releases)))}
    points = [(release, order[mainline_of(release)]) for release in known.releases]
    weights = dict.fromkeys(known.releases, 0.0)
    for release in releases:
        for name, weight in _interpolation(points, order[release]).items():
            weights[name] += weight
    return weights


def over_years(known: Snapshots, start: date, end: date) -> Weights:
    """Weights for line-years from start to end: lines interpolated by day between known releases, constant outside."""
    points = [(release, float(date_of(release, end).toordinal())) for release in known.releases]
    inner = [day for _, day in points if start.toordinal() < day < end.toordinal()]
    stops = [float(start.toordinal()), *inner, float(end.toordinal())]
    weights = dict.fromkeys(known.releases, 0.0)
    for first, second in pairwise(stops):
        for at in (first, second):
            for name, weight in _interpolation(points, at).items():
                weights[name] += weight * (second - first) / 2 / 365.25
    return weights


def _interpolation(points: Sequence[tuple[str, float]], at: float) -> dict[str, float]:
    """The weights of the points around `at`, adding to 1; the outermost point alone beyond the ends."""
    if at <= points[0][1]:
        return {points[0][0]: 1.0}
    for (left, low), (right, high) in pairwise(points):
        if low <= at <= high and high > low:
            share = (at - low) / (high - low)
            return {left: 1 - share, right: share}
    return {points[-1][0]: 1.0}
