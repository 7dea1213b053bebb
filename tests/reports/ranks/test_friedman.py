from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from reports.ranks.friedman import average_ranks, cliques, critical_difference, friedman, nemenyi

# Demšar 2006, Table 6: ranks of four variants of C4.5 on 14 datasets; of scores, less is worse.
DEMSAR = np.array(
    [
        *([4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1]),
        *([1, 2.5, 4, 2.5], [3, 2, 4, 1], [2.5, 2.5, 4, 1], [4, 3, 2, 1]),
        *([2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3], [3, 1, 4, 2]),
    ]
)
PUBLISHED_RANKS = [3.143, 2.000, 2.893, 1.964]


def tables(values=None, rows=(4, 12), columns=(3, 6)):
    """Random tables of few distinct values: nearly every row has ties."""
    values = values or st.integers(0, 4).map(float)
    return st.tuples(st.integers(*rows), st.integers(*columns)).flatmap(
        lambda shape: arrays(np.float64, shape, elements=values)
    )


def test_the_worked_example_of_demsar_2006_comes_out_as_published():
    found = friedman(-DEMSAR)
    assert found.ranks == pytest.approx(PUBLISHED_RANKS, abs=5e-4)
    assert found.chi2_uncorrected == pytest.approx(9.28, abs=0.005)
    n, k = DEMSAR.shape
    f = (n - 1) * found.chi2_uncorrected / (n * (k - 1) - found.chi2_uncorrected)
    assert f == pytest.approx(3.69, abs=0.005)  # his F, from the statistic without ties


def test_the_critical_differences_of_demsar_2006_come_out_as_published():
    assert critical_difference(4, 14, 0.10) == pytest.approx(1.12, abs=0.005)
    assert critical_difference(5, 30) == pytest.approx(2.728 * np.sqrt(5 * 6 / (6 * 30)), abs=1e-3)
    # Table 5 (a): q at 0.05 for 2 to 10 methods
    q = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    found = [critical_difference(k, 10) / np.sqrt(k * (k + 1) / 60) for k in range(2, 11)]
    assert found == pytest.approx(q, abs=1.1e-3)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_friedman_is_that_of_scipy_on_tables_with_ties(table):
    found = friedman(table)
    if found.why:
        assert np.isnan([found.p, found.f_p, found.chi2]).all()
        return
    expected = stats.friedmanchisquare(*table.T)
    assert found.chi2 == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)


@pytest.mark.filterwarnings("ignore")
def test_nemenyi_is_that_of_scikit_posthocs_and_autorank():
    from autorank import autorank
    from scikit_posthocs import posthoc_nemenyi_friedman

    rng = np.random.default_rng(5)
    for shape in ((12, 4), (8, 6), (30, 3)):
        table = rng.integers(0, 6, shape).astype(float)
        found = nemenyi(table)
        assert found.p == pytest.approx(posthoc_nemenyi_friedman(table).to_numpy(), abs=1e-4)
        theirs = autorank(pd.DataFrame(table), force_mode="nonparametric")
        # autorank takes its quantile from a finite number of degrees of freedom
        assert found.difference == pytest.approx(theirs.cd, rel=1e-3)
        order = theirs.rankdf["meanrank"].sort_index()
        assert found.ranks == pytest.approx(order.to_numpy())


def test_pairs_within_the_critical_difference_are_those_with_p_above_the_level():
    table = np.random.default_rng(1).normal(size=(15, 6)) + np.arange(6) / 3
    found = nemenyi(table)
    apart = np.abs(found.ranks[:, None] - found.ranks)
    assert ((apart > found.difference) == (found.p < 0.05)).all()
    assert (found.p < 0.05).any()


def test_groups_that_cannot_be_told_apart_are_maximal_and_overlap():
    assert cliques(np.array([1.0, 1.8, 2.6, 5.0]), 1.0) == ((0, 1), (1, 2))
    assert cliques(np.array([3.0, 2.0, 1.0]), 5.0) == ((2, 1, 0),)
    assert cliques(np.array([1.0, 5.0]), 1.0) == ()


@settings(max_examples=40, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_datasets_changes_nothing_and_that_of_methods_only_the_order(table, random):
    rows, columns = list(range(len(table))), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    one, other = friedman(table), friedman(table[rows][:, columns])
    assert one.why == other.why
    assert one.ranks[columns] == pytest.approx(other.ranks)
    assert one.p == pytest.approx(other.p, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(tables(rows=(3, 12)), st.data())
def test_a_missing_cell_never_yields_a_p_value(table, data):
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.integers(0, table.shape[1] - 1))
    table[row, column] = np.nan
    found, pairs = friedman(table), nemenyi(table)
    assert np.isnan([found.p, found.f_p, found.chi2, *found.ranks, pairs.difference]).all()
    assert np.isnan(pairs.p).all()
    assert found.why == f"1 of {table.size} cells are missing"


def test_too_few_datasets_are_called_underpowered_with_what_is_needed():
    table = np.array([[3.0, 2, 1], [3, 2, 1]])
    assert friedman(table).why == "underpowered: N = 2, needs 3"
    assert average_ranks(table).tolist() == [1, 2, 3]  # shown all the same
    assert not friedman(np.vstack([table, table[:1]])).why


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (np.ones((9, 4)), "all methods are equal on every dataset"),
        (np.ones((9, 1)), "1 method, needs 3"),
        (np.array([[1.0, 2.0]] * 9), "2 methods, needs 3"),
        (np.array([[1.0, 2.0, 3.0]]), "underpowered: N = 1, needs 3"),
        (np.empty((0, 3)), "underpowered: N = 0, needs 3"),
    ],
)
def test_one_dataset_one_method_or_equal_ones_are_not_tested(table, why):
    found = friedman(table)
    assert found.why == why
    assert np.isnan(found.p)


def test_where_all_datasets_rank_alike_the_p_value_is_counted_and_not_zero():
    assert friedman(np.array([[0.9, 0.8, 0.7]] * 6)).f_p == pytest.approx(6**-5)
    assert friedman(np.array([[0.9, 0.8, 0.7, 0.7]] * 6)).f_p == pytest.approx(12**-5)
