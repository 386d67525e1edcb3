"""Intervals, posterior, power and survival against closed forms and sums that share no code with them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scrutineer.records.statistics.dispersion import Cell, dispersion, gamma_shape, widened_ratio
from scrutineer.records.statistics.exact import (
    poisson_interval,
    poisson_tail,
    posterior_below_one,
    ratio_interval,
    share_interval,
)
from scrutineer.records.statistics.placebo import placebo, two_sided
from scrutineer.records.statistics.power import expected_needed
from scrutineer.records.statistics.survival import Lifetime, kaplan_meier, median_years

COUNTS = st.integers(0, 60)
EXPOSURES = st.floats(0.01, 1000)


def poisson_at_most(count: int, mean: float) -> float:
    """P(X <= count), summed term by term."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def binomial_at_most(count: int, trials: int, share: float) -> float:
    return math.fsum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(count + 1))


@given(COUNTS)
def test_the_ends_of_a_poisson_interval_leave_a_fortieth_on_each_side(count: int) -> None:
    interval = poisson_interval(count)
    assert interval.high is not None
    assert poisson_at_most(count, interval.high) == pytest.approx(0.025, rel=1e-8)
    if count:
        assert 1 - poisson_at_most(count - 1, interval.low) == pytest.approx(0.025, rel=1e-6)
    else:
        assert interval.low == 0
        assert interval.high == pytest.approx(-math.log(0.025))


@given(st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_ends_of_a_share_leave_a_fortieth_on_each_side(part: tuple[int, int]) -> None:
    successes, trials = part
    interval = share_interval(successes, trials)
    assert interval.high is not None
    if successes < trials:
        assert binomial_at_most(successes, trials, interval.high) == pytest.approx(0.025, rel=1e-8)
    if successes:
        assert 1 - binomial_at_most(successes - 1, trials, interval.low) == pytest.approx(0.025, rel=1e-6)


@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES)
def test_exchanging_the_sides_inverts_the_ratio(
    count: int, exposure: float, other: int, other_exposure: float
) -> None:
    forth = ratio_interval(count, exposure, other, other_exposure)
    back = ratio_interval(other, other_exposure, count, exposure)
    if forth.high is not None:
        assert back.low == pytest.approx(1 / forth.high, rel=1e-6)
    if back.high is not None:
        assert forth.low == pytest.approx(1 / back.high, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), EXPOSURES, st.integers(0, 30), EXPOSURES)
def test_the_posterior_is_the_integral_over_both_rates(
    count: int, exposure: float, other: int, other_exposure: float
) -> None:
    first = stats.gamma(count + 0.5, scale=1 / exposure)
    second = stats.gamma(other + 0.5, scale=1 / other_exposure)
    middles = [(number + 0.5) / 2000 for number in range(2000)]
    by_parts = float(first.cdf(second.ppf(middles)).mean())
    assert posterior_below_one(count, exposure, other, other_exposure) == pytest.approx(by_parts, abs=1e-3)


def test_an_interval_covers_as_often_as_it_says() -> None:
    chance = random.Random(3)
    covered = 0
    for _ in range(800):
        counts = [stats.poisson.ppf(chance.random(), mean) for mean in (11, 40)]
        covered += not ratio_interval(counts[0], 1, counts[1], 2).excludes(0.55)
    assert covered >= 0.94 * 800


@given(st.integers(0, 50), st.floats(0.1, 80))
def test_the_upper_tail_is_the_rest_of_the_sum(count: int, mean: float) -> None:
    rest = 1 - poisson_at_most(count - 1, mean) if count else 1.0
    assert poisson_tail(count, mean) == pytest.approx(rest, abs=1e-9)


@pytest.mark.parametrize("true_ratio", [0.25, 0.5, 2.0, 4.0])
def test_what_power_asks_for_is_enough_and_a_tenth_less_is_not(true_ratio: float) -> None:
    needed = expected_needed(true_ratio)
    assert needed is not None

    def power(expected: float) -> float:
        outcomes = range(int(expected * (true_ratio + 4) + 60))
        rejected: Callable[[int], bool] = (
            (lambda count: stats.poisson.cdf(count, expected) <= 0.025)
            if true_ratio < 1
            else (lambda count: stats.poisson.sf(count - 1, expected) <= 0.025)
        )
        return math.fsum(
            stats.poisson.pmf(count, true_ratio * expected) for count in outcomes if rejected(count)
        )

    assert power(needed) >= 0.799
    assert power(needed * 0.8) < 0.8
    assert expected_needed(true_ratio, spread=2.5) == pytest.approx(2.5 * needed)


def test_equality_can_never_be_told_from_itself() -> None:
    assert expected_needed(1.0) is None


def test_clustering_is_recovered_from_counts_that_have_it() -> None:
    chance = random.Random(5)
    cells = []
    for number in range(4000):
        exposure = chance.uniform(50, 150)
        mean = 0.05 * exposure * chance.gammavariate(2.0, 1 / 2.0)
        cells.append(Cell(f"f{number}", int(stats.poisson.ppf(chance.random(), mean)), exposure))
    shape = gamma_shape(cells)
    assert shape == pytest.approx(2.0, rel=0.15)
    few, many = [Cell("a", 0, 400)], [Cell(str(number), 0, 100) for number in range(4)]
    assert dispersion(few, 0.05, shape) > dispersion(many, 0.05, shape) > 1


def test_poisson_counts_need_no_widening() -> None:
    cells = [Cell(str(number), 5, 100.0) for number in range(50)]
    assert gamma_shape(cells) is None
    assert dispersion(cells, 0.05, None) == 1
    assert widened_ratio(5, 10, 50, 100, (1.0, 1.0)) == ratio_interval(5, 10, 50, 100)


def test_a_placebo_has_the_size_it_stands_in_for() -> None:
    pool = [Cell(f"f{number}", 10, 100.0) for number in range(60)]
    drawn = placebo(pool, target=550, observed=55)
    assert drawn is not None
    assert drawn.median == pytest.approx(55, abs=2)
    assert 50 <= drawn.low <= drawn.high <= 60, "five whole folders and half of a sixth"
    assert drawn.p > 0.5
    assert placebo(pool, target=550, observed=55) == drawn


def test_a_pool_that_is_too_small_gives_none() -> None:
    assert placebo([Cell("a", 10, 100.0)], target=60, observed=1) is None


def test_an_observation_outside_all_draws_is_as_rare_as_the_draws_can_say() -> None:
    assert two_sided([5] * 999, 0) == pytest.approx(2 / 1000)
    assert two_sided([1, 2, 3], 2) == 1.0


def test_survival_without_censoring_is_the_share_alive() -> None:
    steps = kaplan_meier([Lifetime(years, ended=True) for years in (1, 2, 2, 3, 5)])
    assert [(step.years, step.share) for step in steps] == [
        (1, pytest.approx(4 / 5)),
        (2, pytest.approx(2 / 5)),
        (3, pytest.approx(1 / 5)),
        (5, 0.0),
    ]
    assert median_years(steps) == 2


def test_survival_with_censoring_follows_the_textbook() -> None:
    """The 6-MP arm of Freireich et al. 1963, as every survival textbook prints it."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    lives = [Lifetime(time, ended=True) for time in ended] + [
        Lifetime(time, ended=False) for time in censored
    ]
    shares = {step.years: round(step.share, 3) for step in kaplan_meier(lives)}
    assert shares == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
