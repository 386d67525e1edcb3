"""How long bugs live in mainline, from the introducing release to the fixing one."""

from __future__ import annotations

from datetime import date

from scrutineer.records.answer import Answer, Table
from scrutineer.records.exposure import snapshot_day
from scrutineer.records.releases import date_of, release_key
from scrutineer.records.statistics.survival import Lifetime, Step, kaplan_meier, median_years
from scrutineer.records.store import Store

ASKS = "How long does a bug live before it is fixed?"
ASSUMPTIONS = (
    "Time runs from the release of the introducing version to that of the fixing one, in mainline; both in one release is 0 years. Releases without a known date count as made on the snapshot's day.",
    "A record without a fix is censored at the snapshot. Bugs that nobody has found have no record: lives are those of found bugs, and look shorter the younger the code is (truncation). Compare languages only within the same introducing releases.",
    "Git history begins with 2.6.12: a bug of that release is at least that old. Records without an introducing release are left out.",
    "Kaplan and Meier's estimate, Greenwood's variance, 95 % intervals on the log-log scale.",
)
_LOOKS = (0.25, 0.5, 1.0, 1.5, 2.0, 5.0, 10.0)
COLUMNS = ("group", "years", "at risk", "fixed", "share alive", "low", "high")


def answer(store: Store) -> Answer:
    """Rust, C introduced in the same releases, and all C."""
    day = snapshot_day(store)
    groups = lifetimes(store, day)
    curves = {name: kaplan_meier(lives) for name, lives in groups.items()}
    summary = tuple(
        (
            name,
            len(groups[name]),
            sum(life.ended for life in groups[name]),
            median_years(curves[name]),
            sum(not life.ended for life in groups[name]),
        )
        for name in groups
    )
    rows = tuple(
        (name, *_row(groups[name], steps, years))
        for name, steps in curves.items()
        for years in _LOOKS
        if steps
    )
    steps = tuple(
        (name, step.years, step.at_risk, step.events, step.share, step.low, step.high)
        for name, curve in curves.items()
        for step in curve
    )
    return Answer(
        "survival",
        ASKS,
        _says(summary),
        ASSUMPTIONS,
        tables=(
            Table("Median life", ("group", "records", "fixed", "median years", "censored"), summary),
            Table("Share still alive after", COLUMNS, rows),
            Table("Every step", COLUMNS, steps),
        ),
        snapshot=store.report.snapshot,
    )


def lifetimes(store: Store, day: date) -> dict[str, list[Lifetime]]:
    """The three groups; without a Rust record that names its introduction, all C alone."""
    spans = store.rows(
        "SELECT language, introduced, fixed FROM cves WHERE state = 'PUBLISHED' AND kernel_code "
        "AND introduced IS NOT NULL AND language IN ('rust', 'c')"
    )
    rust = [span for span in spans if span[0] == "rust"]
    groups = {}
    if rust:
        own = {span[1] for span in rust}
        oldest = min(own, key=release_key)
        groups["rust"] = [_life(span[1], span[2], day) for span in rust]
        groups[f"c, introduced in the same releases ({', '.join(sorted(own, key=release_key))})"] = [
            _life(span[1], span[2], day) for span in spans if span[0] == "c" and span[1] in own
        ]
        groups[f"c, introduced in {oldest} or later"] = [
            _life(span[1], span[2], day)
            for span in spans
            if span[0] == "c" and release_key(span[1]) >= release_key(oldest)
        ]
    groups["c, all"] = [_life(span[1], span[2], day) for span in spans if span[0] == "c"]
    return groups


def _life(introduced: str, fixed: str | None, day: date) -> Lifetime:
    end = date_of(fixed, day) if fixed else day
    return Lifetime(max(0, (end - date_of(introduced, day)).days) / 365.25, ended=fixed is not None)


def _row(
    lives: list[Lifetime], steps: tuple[Step, ...], years: float
) -> tuple[float, int, int, float, float, float]:
    """The estimate at a moment: that of the last step before it."""
    past = [step for step in steps if step.years <= years]
    fixed = sum(step.events for step in past)
    left = sum(life.years > years for life in lives)
    return (
        (years, left, fixed, past[-1].share, past[-1].low, past[-1].high)
        if past
        else (years, left, 0, 1.0, 1.0, 1.0)
    )


def _says(summary: tuple[tuple[str, int, int, float | None, int], ...]) -> str:
    parts = [
        f"{name}: {'more than the time seen' if median is None else f'{median:.1f} years'} ({records:,} records)"
        for name, records, _, median, _ in summary
    ]
    return f"Half of the found bugs lived at most - {'; '.join(parts)}; not comparable across groups of different age."
