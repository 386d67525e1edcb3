"""How many CVEs would decide."""

from __future__ import annotations

from scrutineer.records.answer import Answer, Table
from scrutineer.records.comparison import Comparison
from scrutineer.records.questions import fix_window
from scrutineer.records.statistics.power import expected_needed
from scrutineer.records.store import Store

ASKS = "How many CVEs would it take to tell the languages apart?"
RATIOS = (0.1, 0.25, 0.5, 0.7, 1.5, 2.0, 4.0)
ASSUMPTIONS = (
    "Exact two-sided test at 5 %, power 80 %, C's rate taken as known; over the matched window of fixes.",
    "Clustering is taken to stay as it is in the folders that Rust has now; more drivers would lessen it.",
    "`at C's rate` is how many CVEs code like C's would have had; `then in Rust` is what would be seen if the true ratio held.",
)


def answer(store: Store) -> Answer:
    """For each true ratio: how many CVEs must be expected, without and with clustering, and how far we are."""
    comparisons = fix_window.answer(store).comparisons[:1]
    rows = tuple(row for comparison in comparisons for row in _rows(comparison))
    columns = (
        "true ratio",
        "needed at C's rate, Poisson",
        "needed, with clustering",
        "then in Rust",
        "there are now, at C's rate",
        "times today's exposure",
    )
    table = Table("CVEs that would decide", columns, rows)
    return Answer("power", ASKS, says(comparisons), ASSUMPTIONS, comparisons, (table,), store.report.snapshot)


def says(comparisons: tuple[Comparison, ...]) -> str:
    """What telling half the rate from the same rate takes."""
    if not comparisons:
        return "Not decidable: one of the languages has no code to compare."
    now = at_c_rate(comparisons[0])
    needed = expected_needed(0.5, clustering_at_c_rate(comparisons[0]))
    assert needed is not None, "half is far enough from one"
    return (
        f"To tell half of C's rate from C's rate, code with {needed:.0f} expected CVEs is needed, clustering included; "
        f"Rust's code so far has {now:.1f} (and {comparisons[0].rust.count} seen)."
    )


def at_c_rate(comparison: Comparison) -> float:
    """The CVEs that Rust's exposure would have had at C's rate."""
    return comparison.c.rate * comparison.rust.exposure / 1e6


def clustering_at_c_rate(comparison: Comparison) -> float:
    """The dispersion of Rust's folders if their rate were C's; what exceeds 1 grows with the rate."""
    rates = comparison.rust.rate, comparison.c.rate
    return 1 + (comparison.rust.dispersion - 1) * rates[1] / max(rates)


def _rows(
    comparison: Comparison,
) -> list[tuple[float, float | None, float | None, float | None, float, float | None]]:
    now = at_c_rate(comparison)
    rows = []
    for true_ratio in RATIOS:
        needed = expected_needed(true_ratio)
        clustered = expected_needed(true_ratio, clustering_at_c_rate(comparison))
        seen = clustered * true_ratio if clustered else None
        rows.append(
            (true_ratio, needed, clustered, seen, now, clustered / now if clustered and now else None)
        )
    return rows
