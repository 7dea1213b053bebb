from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reports.ranks.paired import overlap_of, paired

A = np.array([0.82, 0.84, 0.80, 0.86, 0.83])
B = np.array([0.80, 0.83, 0.81, 0.82, 0.80])


def test_without_overlap_it_is_the_paired_t_test_of_scipy():
    found, expected = paired(A, B, 0.0), stats.ttest_rel(A, B)
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert (found.wins, found.ties, found.losses) == (4, 0, 1)


def test_the_correction_of_nadeau_and_bengio_adds_test_over_pool_to_the_variance():
    """By hand: mean 0.018, variance 0.00037, (1/5 + 1/4) of it is 0.0001665; t = 1.395."""
    found = paired(A, B, 0.25)
    t = 0.018 / np.sqrt(0.45 * 0.00037)
    assert t == pytest.approx(1.395, abs=5e-4)
    assert found.p == pytest.approx(2 * stats.t.sf(t, 4))
    assert found.p > paired(A, B, 0.0).p


def test_it_is_the_correlated_t_test_of_baycomp_for_the_same_correlation():
    """Of Corani and Benavoli 2015: the posterior's tail is half the corrected test's p-value."""
    from baycomp import CorrelatedTTest

    left, right = CorrelatedTTest.probs(A, B, rope=0, runs=1)
    found = paired(A, B, 1 / 4)  # five folds: rho = 1/5, rho / (1 - rho) = 1/4
    assert found.p / 2 == pytest.approx(min(left, right), rel=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "overlap", "why"),
    [
        (A[:4], B[:4], 0.25, "underpowered: N = 4, needs 5"),
        (A[:1], B[:1], 0.25, "underpowered: N = 1, needs 5"),
        (A, B, None, "repeats are not random splits"),
        (np.array([*A, 0.8]), np.array([*B, np.nan]), 0.25, "1 repeat of one of them missing"),
        (A, A, 0.25, "the difference is the same in every repeat"),
    ],
)
def test_where_nothing_can_be_said_there_is_no_p_value_and_no_interval(a, b, overlap, why):
    found = paired(a, b, overlap)
    assert found.why == why
    assert np.isnan([found.p, found.low, found.high]).all()


def test_missing_repeats_are_counted_and_left_out_of_the_mean():
    found = paired(np.array([0.9, np.nan, 0.8]), np.array([0.8, 0.5, np.nan]), 0.25)
    assert (found.n, found.n_missing) == (1, 2)
    assert found.mean == pytest.approx(0.1)


def test_a_repeat_that_both_lack_is_not_there():
    found = paired(np.array([*A, np.nan]), np.array([*B, np.nan]), 0.25)
    assert (found.n, found.n_missing, found.why) == (5, 0, "")


def test_only_random_splits_have_an_overlap():
    assert overlap_of("stratified", 2000, 8000) == 0.25
    assert overlap_of("official", 2000, 8000) is None
    assert overlap_of(None, 2000, 8000) is None


def test_the_same_difference_in_every_repeat_is_no_evidence_even_where_it_is_rounded():
    other = np.array([0.5, 0.61, 0.72, 0.83, 0.94])
    assert np.ptp(other + 0.1 - other) > 0
    found = paired(other + 0.1, other, 0.25)
    assert found.why == "the difference is the same in every repeat"
    assert np.isnan([found.p, found.low, found.high]).all()
