"""A scenario, not a forecast: what the cohort's rates would mean if more of the new code were Rust."""

from __future__ import annotations

from scrutineer.records.answer import Answer, Table
from scrutineer.records.errors import MissingExposureError
from scrutineer.records.exposure import snapshot_day, snapshots
from scrutineer.records.questions import cohort
from scrutineer.records.releases import date_of
from scrutineer.records.store import Store

ASKS = "If a larger share of the new code were Rust, how many CVEs would come in with it?"
SHARES = (0.0, 0.02, 0.05, 0.1, 0.25, 0.5)
ASSUMPTIONS = (
    "SCENARIO: nothing here is observed but the rates; it shows what they would imply, with their uncertainty.",
    "As much code is added per year as between the oldest and the newest known release; only the language changes.",
    "CVEs per line added are those of question `cohort`, with its biases; Rust's range is its interval widened for clustering, C's rate is taken as known.",
    "New Rust code would be like the Rust code there is: the same kinds of drivers, authors and reviewers.",
)


def answer(store: Store) -> Answer:
    """CVEs introduced per year and found within the same time, by Rust's share of the lines added."""
    known = snapshots(store, at_least=2)
    comparisons = cohort.answer(store).comparisons
    if not comparisons:
        raise MissingExposureError(
            "this question needs releases between which both languages grew: give `--sizes`"
        )
    base = comparisons[0]
    day = snapshot_day(store)
    years = (date_of(known.newest, day) - date_of(known.oldest, day)).days / 365.25
    added = (base.rust.exposure + base.c.exposure) / years / 1e6
    high = base.rust.widened.high
    rows = tuple(
        (
            share,
            *(
                _total(added, share, rate, base.c.rate)
                for rate in (base.rust.rate, base.rust.widened.low, high)
            ),
        )
        for share in SHARES
    )
    today = base.rust.exposure / (base.rust.exposure + base.c.exposure)
    best, low, most = (
        _total(added, 0.25, rate, base.c.rate) for rate in (base.rust.rate, base.rust.widened.low, high)
    )
    none = _total(added, 0.0, 0.0, base.c.rate)
    says = (
        f"Scenario: with a quarter of the new code in Rust (today {today:.1%}), {best:,.0f} CVEs a year would come in "
        f"({low:,.0f} to {most:,.0f}) instead of {none:,.0f} with none, if the cohort's rates held."
    )
    columns = ("Rust's share of lines added", "CVEs per year", "low", "high")
    return Answer(
        "growth",
        ASKS,
        says,
        ASSUMPTIONS,
        comparisons=(base,),
        tables=(Table(f"Scenario: {added:.2f} million lines added per year", columns, rows),),
        snapshot=store.report.snapshot,
    )


def _total(added: float, share: float, rust: float | None, c: float) -> float:
    """CVEs per year from `added` million lines, this share of them Rust; rates per million lines."""
    return added * (share * (rust or 0.0) + (1 - share) * c)
