from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from reports.ranks.wilcoxon import holm, pairs, wilcoxon

# Demšar 2006, Table 2: AUC of C4.5 without and with m tuned, on 14 datasets.
C45 = [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1.0, 0.940, 0.619, 0.972]
C45_M = [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1.0, 0.962, 0.666, 0.981]
DEMSAR = np.round(np.array([*C45_M, 0.978]) - np.array([*C45, 0.957]), 6)

few = st.integers(-3, 3).map(float)


def test_the_worked_example_of_demsar_2006_is_rejected_as_published():
    """R+ = 93, R- = 12 of 14 datasets; he rejects at 0.05, as min(R) is below 21."""
    ranks = stats.rankdata(np.abs(DEMSAR))
    split = ranks[DEMSAR == 0].sum() / 2
    assert (ranks[DEMSAR > 0].sum() + split, ranks[DEMSAR < 0].sum() + split) == (93, 12)
    assert wilcoxon(DEMSAR) < 0.05
    normal = (12 - 14 * 15 / 4) / np.sqrt(14 * 15 * 29 / 24)
    assert normal == pytest.approx(-2.54, abs=0.005)  # his z
    assert 0.005 < wilcoxon(DEMSAR) < 2 * stats.norm.cdf(normal)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-99, 99).filter(bool), min_size=1, max_size=14, unique_by=abs))
def test_without_ties_the_p_value_is_the_exact_one_of_scipy(values):
    differences = np.array(values, dtype=float)
    assert wilcoxon(differences) == pytest.approx(
        stats.wilcoxon(differences, method="exact").pvalue
    )


@settings(max_examples=15, deadline=None)
@given(arrays(np.float64, st.integers(2, 8), elements=few).filter(np.any))
def test_with_ties_and_zeros_it_is_the_permutation_test_of_scipy(differences):
    every = stats.PermutationMethod(n_resamples=2**9)  # more than there are: all of them
    for zeros in ("pratt", "zsplit"):
        expected = stats.wilcoxon(differences, zero_method=zeros, method=every)
        assert wilcoxon(differences) == pytest.approx(expected.pvalue)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, st.integers(1, 12), elements=few))
def test_turning_the_pair_around_changes_nothing(differences):
    assert wilcoxon(differences) == pytest.approx(wilcoxon(-differences), nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.integers(1, 12), elements=st.floats(0, 1)))
def test_holm_is_that_of_statsmodels(p):
    from statsmodels.stats.multitest import multipletests

    # It collects garbage at every call, seconds of it in a process that holds a test suite.
    with patch("gc.collect"):
        assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_a_test_that_was_not_made_takes_the_others_away():
    assert np.isnan(holm(np.array([0.001, np.nan]))).all()


def test_all_pairs_say_who_won_how_often():
    table = np.array([[0.9, 0.8, 0.8]] * 8 + [[0.7, 0.8, 0.8]])
    first, second, third = pairs(table)
    assert (first.one, first.other, first.wins, first.ties, first.losses) == (0, 1, 8, 0, 1)
    assert (third.one, third.other, third.wins, third.ties, third.losses) == (1, 2, 0, 9, 0)
    assert third.p == 1  # equal everywhere
    assert second.p_holm == pytest.approx(min(1, 3 * second.p))


def test_differences_within_the_range_are_ties_that_the_test_still_sees():
    table = np.column_stack([np.linspace(0.5, 0.9, 9), np.linspace(0.5, 0.9, 9) + 0.005])
    (found,) = pairs(table, equal=0.01)
    assert (found.wins, found.ties, found.losses) == (0, 9, 0)
    assert found.p == pytest.approx(2 / 2**9)


def test_against_one_method_fewer_datasets_are_needed():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(8, 5))
    assert {pair.why for pair in pairs(table)} == {"underpowered: N = 8, needs 9"}
    assert {pair.why for pair in pairs(table, against=2)} == {""}
    assert [pair.other for pair in pairs(table, against=2)] == [0, 1, 3, 4]


def test_at_the_number_that_is_needed_the_best_case_is_rejected_and_below_it_is_not():
    for n, rejected in ((8, False), (9, True)):
        table = np.tile(np.arange(5.0), (n, 1)) * np.linspace(1, 2, n)[:, None]
        raw = np.array([wilcoxon(table[:, 0] - table[:, i]) for i in range(1, 5)] * 2 + [1.0, 1.0])
        assert (holm(raw).min() < 0.05) == rejected


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(2, 5), st.data())
def test_a_missing_cell_never_yields_a_p_value(n, k, data):
    table = np.random.default_rng(n).normal(size=(n, k))
    table[data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, k - 1))] = np.nan
    for pair in pairs(table):
        assert np.isnan([pair.p, pair.p_holm]).all()
        assert pair.why == f"1 of {n * k} cells are missing"
        assert pair.wins + pair.ties + pair.losses in {n, n - 1}


def test_differences_that_are_equal_on_paper_are_ties():
    """0.92 - 0.91 is more than 0.01 to a computer, and 0.82 - 0.81 is more than that."""
    scores = np.array(
        [[0.92, 0.91], [0.81, 0.82], [0.31, 0.3], [0.5, 0.49], [0.6, 0.59], [0.7, 0.69]]
    )
    (found,) = pairs(scores, equal=0.01)
    assert (found.wins, found.ties, found.losses) == (0, 6, 0)
    assert found.p == wilcoxon(np.array([1.0, -1, 1, 1, 1, 1])) == 0.21875
