"""The kernel's records of 2026-08-21: every number again by another route (see `recount`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
import recount
from recount import Seen

from scrutineer.records.batch import batch
from scrutineer.records.comparison import Comparison, Strength
from scrutineer.records.questions import headline, question, question_names
from scrutineer.records.store import Store
from scrutineer.records.summary import summarise

NEW, OLD = "7.1.13", "6.12.8"
BEGAN, END = date(2024, 2, 13), date(2026, 8, 21)


class Source(NamedTuple):
    records: tuple[Seen, ...]
    published: dict[str, tuple[str, str]]
    lines: dict[tuple[str, str], dict[str, tuple[int, int]]]

    def sizes(self, language: str, column: int = 0) -> dict[str, float]:
        names = {"6.12": OLD, "6.18": "6.18.5", "7.1": NEW}
        return {
            name: float(recount.total(self.lines[full, language], column)) for name, full in names.items()
        }


@pytest.fixture(scope="module")
def source(shared_data: Path) -> Source:
    return Source(
        recount.records(shared_data / "kernel-vulns-2026-08-21.tar.xz"),
        recount.publications(shared_data / "kernel-cve-published.csv"),
        recount.lines(shared_data / "kernel_loc_dirs.jsonl.zst"),
    )


Counts = tuple[int, float, int, float]


def density(source: Source) -> list[Counts]:
    counts = [len(recount.matching(source.records, language)) for language in ("rust", "c")]
    return [(counts[0], source.sizes("rust")["7.1"], counts[1], source.sizes("c")["7.1"])]


def fix_window(source: Source) -> list[Counts]:
    found: list[Counts] = []
    for releases in (recount.LATER[6:], recount.LATER):
        rust, c = (
            (
                len(
                    recount.matching(
                        source.records, language, lambda one, releases=releases: one.fixed in releases
                    )
                ),
                recount.line_releases(source.sizes(language), releases),
            )
            for language in ("rust", "c")
        )
        found.append((*rust, *c))
    return found


def line_year(source: Source) -> list[Counts]:
    def dated(one: Seen) -> bool:
        return source.published[one.cve][0][:10] >= str(BEGAN)

    def recent(one: Seen) -> bool:
        return dated(one) and one.fixed is not None and recount.number(one.fixed) >= (6, 8)

    found: list[Counts] = []
    for wanted in (dated, recent):
        rust, c = (
            (
                len(recount.matching(source.records, language, wanted)),
                recount.line_years(source.sizes(language), BEGAN, END),
            )
            for language in ("rust", "c")
        )
        found.append((*rust, *c))
    return found


def cohort(source: Source) -> list[Counts]:
    sides: list[tuple[int, float]] = []
    for language in ("rust", "c"):
        old, new = source.lines[OLD, language], source.lines[NEW, language]
        added = sum(max(0, row[0] - old.get(folder, (0, 0))[0]) for folder, row in new.items())
        count = len(
            recount.matching(source.records, language, lambda one: one.introduced in recount.LATER[:9])
        )
        sides.append((count, added))
    return [(*sides[0], *sides[1])]


def new_files(source: Source) -> list[Counts]:
    sides: list[tuple[int, float]] = []
    for language in ("rust", "c"):
        old, new = source.lines[OLD, language], source.lines[NEW, language]
        fresh = {folder: row[0] for folder, row in new.items() if row[0] and not old.get(folder, (0, 0))[0]}
        count = len(recount.matching(source.records, language, lambda one, fresh=fresh: one.folder in fresh))
        sides.append((count, sum(fresh.values())))
    return [(*sides[0], *sides[1])]


def unsafe_line(source: Source) -> list[Counts]:
    first, second = density(source)[0], fix_window(source)[0]
    unsafe = source.sizes("rust", column=1)
    return [
        (first[0], unsafe["7.1"], first[2], first[3]),
        (second[0], recount.line_releases(unsafe, recount.LATER[6:]), second[2], second[3]),
    ]


ROUTES: dict[str, Callable[[Source], list[Counts]]] = {
    "density": density,
    "fix-window": fix_window,
    "line-year": line_year,
    "cohort": cohort,
    "new-files": new_files,
    "unsafe-line": unsafe_line,
}


def test_every_denominator_of_the_headline_has_a_second_route() -> None:
    assert {name for name in question_names() if question(name).headline} == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_counts_exposures_and_intervals_by_another_route(name: str, real: Store, source: Source) -> None:
    comparisons = question(name).answer(real).comparisons
    routes = ROUTES[name](source)
    assert len(comparisons) == len(routes)
    for shown, (count, exposure, other, other_exposure) in zip(comparisons, routes, strict=True):
        assert (shown.rust.count, shown.c.count) == (count, other)
        assert shown.rust.exposure == pytest.approx(exposure, rel=1e-5)
        assert shown.c.exposure == pytest.approx(other_exposure, rel=1e-5)
        assert shown.rust.rate == pytest.approx(count / exposure * 1e6, rel=1e-5)
        assert shown.ratio == pytest.approx(count / exposure / (other / other_exposure), rel=1e-5)
        low, high = recount.poisson_ends(count)
        assert (shown.rust.exact.low, shown.rust.exact.high) == pytest.approx(
            (low / exposure * 1e6, high / exposure * 1e6), rel=1e-5
        )
        ends = recount.ratio_ends(count, exposure, other, other_exposure)
        assert (shown.exact.low, shown.exact.high) == pytest.approx(ends, rel=1e-4)


def test_the_batch_of_the_first_rust_record(real: Store, source: Source) -> None:
    answer = batch(real, "2025-12-16")
    that_day = {
        cve: state for cve, (when, state) in source.published.items() if when.startswith("2025-12-16")
    }
    languages = Counter(one.language for one in source.records if one.cve in that_day)
    assert (len(that_day), languages["rust"]) == (160, 1)
    assert Counter(that_day.values()) == {"published": 157, "rejected": 3}
    rejected = sorted(cve for cve, state in that_day.items() if state == "rejected")
    assert answer.says == (
        "160 CVEs were first published on 2025-12-16 (UTC), 1 of them of Rust code; today 157 still stand: 3 "
        f"rejected since ({', '.join(rejected)})."
    )
    assert dict(answer.tables[0].rows) == {**languages, "rejected since": 3}


def test_the_records_of_rust(real: Store, source: Source) -> None:
    counted = dict(real.rows("SELECT language, count(*) FROM cves GROUP BY language"))
    assert counted == Counter(one.language for one in source.records)
    assert counted["rust"] == 11
    assert "both" not in counted
    adjacent = [row[0] for row in real.rows("SELECT cve FROM cves WHERE language = 'rust-adjacent'")]
    assert len(adjacent) == 3
    assert not real.rows("SELECT path FROM files WHERE path LIKE '%.rs' AND list_contains(?, cve)", adjacent)
    summary = {row[0]: row[1] for table in summarise(real).tables[1:2] for row in table.rows}
    assert (summary["rust"], summary["both"], summary["rust-adjacent"]) == (11, 0, 3)


def test_nothing_of_the_archive_is_dropped(real: Store) -> None:
    assert real.report.records == 14_626
    assert real.value("SELECT count(*) FROM malformed") == real.report.malformed
    assert real.report.scores_differing == 0
    assert real.report.spans_differing <= real.report.spans_compared / 1000


def test_the_answer_changes_sign_and_the_verdict_says_so(real: Store) -> None:
    answer = headline.answer(real)
    ratios = [one.ratio for one in answer.comparisons if one.ratio is not None]
    assert min(ratios) < 1 < max(ratios)
    assert answer.says.startswith("Not decidable: the answer changes sign with the denominator")


def test_no_verdict_is_stronger_than_its_placebo(real: Store) -> None:
    seen: list[Comparison] = []
    for name in question_names():
        seen += question(name).answer(real).comparisons
    assert len(seen) > 25
    for one in seen:
        assert one.placebo is not None, one.label
        if one.placebo.low <= one.rust.count <= one.placebo.high:
            assert one.strength != Strength.SUPPORTED, one.label
        if one.placebo.p >= 0.2 or not one.exact.excludes(1):
            assert one.strength == Strength.NOT_DECIDABLE, one.label


def test_shares_of_severity_are_counts_of_records(real: Store, source: Source) -> None:
    (table,) = question("severity").answer(real).tables
    shares = {(row[0], row[1]): row[2:4] for row in table.rows}
    for language in ("rust", "c"):
        scores = [one.score for one in source.records if one.language == language]
        high = sum(score is not None and score >= 7 for score in scores)
        assert shares[language, "7 or more, of all"] == (high, len(scores))
        assert shares[language, "scored, of all"] == (sum(score is not None for score in scores), len(scores))


def test_the_trend_adds_up(real: Store, source: Source) -> None:
    (table,) = question("trend").answer(real).tables
    for release, _, language, introduced, _, _, fixed, *_ in table.rows:
        own = recount.matching(source.records, str(language))
        assert introduced == sum(one.introduced == release for one in own)
        assert fixed == sum(one.fixed == release for one in own)


def test_survival_without_censoring_is_a_plain_share(real: Store, source: Source) -> None:
    tables = question("survival").answer(real).tables
    own = recount.matching(source.records, "rust")
    assert tables[0].rows[0][:3] == ("rust", len(own), sum(one.fixed is not None for one in own))
    steps = [row for row in tables[2].rows if row[0] == "rust"]
    gone = 0
    for _, _, at_risk, events, share, *_ in steps:
        assert at_risk == len(own) - gone
        gone += int(events or 0)
        assert share == pytest.approx(1 - gone / len(own))
