"""Clustering, placebo, posterior, power, classes and drivers of the real records, each by another route."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import recount

from scrutineer.records.comparison import Comparison
from scrutineer.records.ingest import Request, ingest
from scrutineer.records.questions import question
from scrutineer.records.store import Store, write_tables

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cve-records.md"
NEW, OLD = "7.1.13", "6.12.8"


@pytest.fixture(scope="module")
def density(real: Store) -> Comparison:
    return question("density").answer(real).comparisons[0]


@pytest.fixture(scope="module")
def folders(shared_data: Path) -> dict[str, list[tuple[int, int, bool]]]:
    """Per language: (records, code lines, new) of every folder of the newest release, by plain loops."""
    records = recount.records(shared_data / "kernel-vulns-2026-08-21.tar.xz")
    lines = recount.lines(shared_data / "kernel_loc_dirs.jsonl.zst")
    found: dict[str, list[tuple[int, int, bool]]] = {}
    for language in ("rust", "c"):
        counts = Counter(one.folder for one in recount.matching(records, language))
        old = lines[OLD, language]
        found[language] = [
            (counts[folder], code, not old.get(folder, (0, 0))[0])
            for folder, (code, _) in lines[NEW, language].items()
            if code
        ]
    return found


def test_clustering_by_moments(density: Comparison, folders: dict[str, list[tuple[int, int, bool]]]) -> None:
    counts, sizes = (np.array([row[at] for row in folders["c"]], dtype=float) for at in (0, 1))
    means = counts.sum() / sizes.sum() * sizes
    shape = (means**2).sum() / (((counts - means) ** 2).sum() - means.sum())
    rate = density.c.rate / 1e6
    expected = rate * np.array([row[1] for row in folders["rust"]], dtype=float)
    spread = 1 + (expected**2).sum() / expected.sum() / shape
    assert density.rust.dispersion == pytest.approx(spread, rel=0.02), "records without a known folder differ"
    assert density.rust.widened.low < density.rust.exact.low
    assert (density.widened.high or 0) > (density.exact.high or 0)


def test_the_placebo_by_another_simulation(
    density: Comparison, folders: dict[str, list[tuple[int, int, bool]]]
) -> None:
    pool = np.array([(count, size) for count, size, new in folders["c"] if new], dtype=float)
    target = sum(row[1] for row in folders["rust"])
    chance = np.random.default_rng(7)
    draws = []
    for _ in range(3000):
        order = pool[chance.permutation(len(pool))]
        upto = np.cumsum(order[:, 1])
        last = int(np.searchsorted(upto, target))
        part = 1 - (upto[last] - target) / order[last, 1]
        draws.append(order[:last, 0].sum() + chance.binomial(int(order[last, 0]), part))
    assert density.placebo is not None
    assert density.placebo.pool_folders == len(pool)
    assert density.placebo.median == pytest.approx(np.median(draws), abs=1)
    assert density.placebo.low == pytest.approx(np.quantile(draws, 0.025), abs=1)
    assert density.placebo.high == pytest.approx(np.quantile(draws, 0.975), rel=0.1)
    below = float(np.mean(np.array(draws) <= 11))
    above = float(np.mean(np.array(draws) >= 11))
    assert density.placebo.p == pytest.approx(min(1.0, 2 * min(below, above)), abs=0.05)


def test_the_posterior_by_drawing_both_rates(real: Store) -> None:
    chance = np.random.default_rng(11)
    for name in ("density", "fix-window", "line-year"):
        for one in question(name).answer(real).comparisons:
            rust = chance.gamma(one.rust.count + 0.5, 1 / one.rust.exposure, 200_000)
            c = chance.gamma(one.c.count + 0.5, 1 / one.c.exposure, 200_000)
            assert one.posterior_below_one == pytest.approx(float((rust < c).mean()), abs=0.005)


def test_the_power_by_adding_up_both_distributions(real: Store) -> None:
    answer = question("power").answer(real)
    one = answer.comparisons[0]
    for true_ratio, needed, clustered, seen, now, _ in answer.tables[0].rows:
        assert isinstance(true_ratio, float)
        assert isinstance(needed, float)
        assert isinstance(clustered, float)
        assert seen == pytest.approx(clustered * true_ratio)
        assert now == pytest.approx(one.c.count / one.c.exposure * one.rust.exposure)

        def mass(mean: float) -> list[float]:
            return [math.exp(recount.log_poisson(k, mean)) for k in range(900)]

        equal, real_one = mass(needed), mass(true_ratio * needed)
        if true_ratio < 1:
            decided = sum(p for k, p in enumerate(real_one) if math.fsum(equal[: k + 1]) <= 0.025)
        else:
            decided = sum(p for k, p in enumerate(real_one) if math.fsum(equal[k:]) <= 0.025)
        assert 0.79 < decided < 0.9


def test_classes_by_walking_the_rows(real: Store, shared_data: Path) -> None:
    labels: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for cve, name, memory, confidence in real.rows(
        "SELECT cve, name, memory, confidence FROM classes WHERE NOT superseded"
    ):
        if confidence != "low":
            labels[cve].add((name, memory))
    records = recount.records(shared_data / "kernel-vulns-2026-08-21.tar.xz")
    window = {
        language: [
            one.cve for one in recount.matching(records, language, lambda one: one.fixed in recount.LATER[6:])
        ]
        for language in ("rust", "c")
    }
    for one in question("by-class").answer(real).comparisons:
        name = one.label.split(";")[0]
        if name.endswith("by words alone"):
            continue
        for language, side in (("rust", one.rust), ("c", one.c)):
            has = [
                any(memory for _, memory in labels[cve])
                if name.endswith("memory safety")
                else any(own == name for own, _ in labels[cve])
                for cve in window[language]
            ]
            assert side.count == (has.count(False) if name.startswith("not ") else has.count(True)), one.label


def test_by_words_alone_no_review_counts(real: Store) -> None:
    found = {one.label.split(";")[0]: one for one in question("by-class").answer(real).comparisons}
    reviewed, words = found["memory safety"], found["memory safety, by words alone"]
    assert reviewed.c.count == words.c.count, "no record of C is reviewed"
    rows = real.rows(
        "SELECT DISTINCT cve FROM classes JOIN cves USING (cve) "
        "WHERE language = 'rust' AND memory AND confidence IN ('high', 'medium')"
    )
    assert words.rust.count == len(rows)


def test_the_driver_by_walking_the_records(real: Store, shared_data: Path) -> None:
    records = recount.records(shared_data / "kernel-vulns-2026-08-21.tar.xz")
    answer = question("largest-driver").answer(real)
    for language in ("rust", "c"):
        own = recount.matching(records, language)
        drivers = Counter(
            "/".join(one.folder.split("/")[:3]) for one in own if one.folder.startswith("drivers/")
        )
        row = next(row for row in answer.tables[0].rows if row[1] == language)
        assert row[2:] == (*drivers.most_common(1)[0], len(own))
    shown, without = answer.comparisons[:2]
    assert (shown.rust.count, without.rust.count) == (11, 2)


def test_the_scenario_is_what_its_rates_imply(real: Store) -> None:
    answer = question("growth").answer(real)
    base = answer.comparisons[0]
    lines = base.rust.exposure + base.c.exposure
    years = (recount.RELEASED["7.1"] - recount.RELEASED["6.12"]).days / 365.25
    for share, cves, *_ in answer.tables[0].rows:
        assert isinstance(share, float)
        rate = share * base.rust.count / base.rust.exposure + (1 - share) * base.c.count / base.c.exposure
        assert cves == pytest.approx(lines / years * rate)
    assert answer.says.startswith("Scenario")


def test_the_documentation_gives_todays_numbers(real: Store) -> None:
    text = DOCS.read_text()
    for one in question("headline").answer(real).comparisons:
        assert one.placebo is not None
        assert one.ratio is not None
        ends = [f"{part.low:.2f} to {part.high:.2f}" for part in (one.exact, one.widened)]
        row = (
            f"| {one.rust.count} | {one.c.count:,} | {one.ratio:.2f} ({ends[0]}; {ends[1]}) "
            f"| {one.placebo.median:.0f} ({one.placebo.low:.0f} to {one.placebo.high:.0f}) |"
        )
        assert row in text, row


@pytest.mark.full
def test_the_whole_archive_is_read_in_20_seconds(shared_data: Path, tmp_path: Path) -> None:
    start = time.perf_counter()
    request = Request(
        source=shared_data / "kernel-vulns-2026-08-21.tar.xz",
        published=shared_data / "kernel-cve-published.csv",
        sizes=shared_data / "kernel_loc_dirs.jsonl.zst",
    )
    write_tables(ingest(request), tmp_path)
    assert time.perf_counter() - start < 20
