from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reports.interval import half_width
from reports.ranks.bands import critical_t, half_widths
from reports.ranks.bootstrap import interval, resampled_means


def test_the_band_of_one_point_is_students_interval():
    values = np.random.default_rng(0).normal(size=(7, 1))
    expected = half_width(values.std(axis=0, ddof=1), 7)
    assert half_widths(values) == pytest.approx(expected)


def test_points_that_go_together_cost_nothing():
    one = np.random.default_rng(0).normal(size=(7, 1))
    assert critical_t(one * np.ones(20)) == pytest.approx(critical_t(one), rel=0.03)


def test_more_points_cost_more_and_never_more_than_bonferroni():
    values = np.random.default_rng(0).normal(size=(10, 12))
    factors = [critical_t(values[:, :k]) for k in (1, 3, 12)]
    assert factors == sorted(factors)
    assert factors[0] == pytest.approx(stats.t.ppf(0.975, 9))
    assert factors[-1] <= stats.t.ppf(1 - 0.025 / 12, 9)


@pytest.mark.parametrize("n", [5, 10])
def test_a_band_holds_all_means_at_once_about_as_often_as_it_says(n):
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.normal(size=(150, n, 6)), axis=2)  # neighbours go together, as on curves
    held = [(np.abs(one.mean(axis=0)) <= half_widths(one)).all() for one in walk]
    assert np.mean(held) > 0.9
    alone = [
        (np.abs(one.mean(axis=0)) <= half_width(one.std(axis=0, ddof=1), n)).all() for one in walk
    ]
    assert np.mean(alone) < np.mean(held)  # the pointwise ones are not simultaneous


def test_an_overlap_widens_the_band():
    values = np.random.default_rng(0).normal(size=(5, 3))
    wider = half_widths(values, overlap=0.25) / half_widths(values)
    assert wider == pytest.approx(np.sqrt(1 + 5 * 0.25))


@pytest.mark.parametrize("values", [np.ones((4, 3)), np.full((6, 3), np.nan), np.ones((6, 3))])
def test_few_repeats_missing_values_and_no_spread_give_no_band(values):
    assert np.isnan(critical_t(values))
    assert np.isnan(half_widths(values)).all()


def test_resampling_draws_whole_repeats_for_all_points_alike():
    values = np.random.default_rng(0).normal(size=(6, 4, 3))
    values[:, 1] = values[:, 0] + 1
    drawn = resampled_means(values, 50)
    assert drawn.shape == (50, 4, 3)
    assert drawn[:, 1] - drawn[:, 0] == pytest.approx(np.ones((50, 3)))
    assert (drawn == resampled_means(values, 50)).all()  # seeded


def test_the_percentile_interval_is_that_of_scipy():
    values = np.random.default_rng(0).normal(size=12)
    low, high = interval(values)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", rng=1).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.05)


def test_the_percentile_interval_needs_five_repeats_and_every_value():
    assert np.isnan(interval(np.ones((4, 2)))).all()
    values = np.random.default_rng(0).normal(size=(6, 2))
    values[0, 0] = np.nan
    low, high = interval(values)
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < high[1]


def test_of_hundreds_of_points_it_is_bonferronis():
    values = np.random.default_rng(5).normal(size=(5, 200))
    assert critical_t(values, both=False) == pytest.approx(stats.t.ppf(1 - 0.05 / 200, 4))
