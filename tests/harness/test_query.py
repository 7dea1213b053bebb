from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadQuery
from harness.strategies import Query


def query(candidates=(2, 5, 6, 9), fit=None):
    rows = np.array(candidates)
    none = np.arange(0)
    return Query(np.zeros((10, 1)), none, none, rows, 2, np.random.default_rng(0), fit)


def test_lowest_are_pool_rows_best_first():
    assert query().lowest(np.array([0.4, 0.1, 0.3, 0.2]), 3).tolist() == [5, 9, 6]


def test_ties_keep_the_pools_order():
    assert query().lowest(np.array([1.0, 0.0, 0.0, 1.0]), 3).tolist() == [5, 6, 2]


def test_scores_that_are_nan_come_last_in_the_pools_order():
    scores = np.array([np.nan, 2.0, np.nan, 1.0])
    assert query().lowest(scores, 4).tolist() == [9, 5, 2, 6]


@given(
    st.lists(st.sampled_from([np.nan, -np.inf, -0.0, 0.0, 0.5, 1.0, np.inf]), min_size=1),
    st.data(),
)
def test_the_lowest_are_the_first_of_all_candidates_in_stable_order(scores, data):
    n = data.draw(st.integers(1, len(scores)))
    rows, scores = np.arange(len(scores)) * 2, np.array(scores)
    expected = rows[np.argsort(scores, kind="stable")[:n]]
    np.testing.assert_array_equal(query(rows).lowest(scores, n), expected)


@pytest.mark.parametrize(
    ("scores", "n", "share"),
    [
        ([0.0, 1.0, 2.0, 3.0], 2, 0.25),
        ([0.0, 1.0, 1.0, 1.0], 2, 0.75),
        ([np.nan, np.nan, 0.0, 1.0], 3, 0.5),
    ],
)
def test_records_how_many_tie_with_the_last_one_chosen(scores, n, share):
    asked = query()
    asked.lowest(np.array(scores), n)
    assert asked.ties == [share]


def test_scores_must_be_one_per_candidate():
    with pytest.raises(BadQuery, match=r"4 candidates, but scores are \(3,\)"):
        query().lowest(np.zeros(3), 1)


def test_the_model_is_fitted_when_first_asked_for_and_once():
    class Model:
        def probabilities(self, rows):
            return np.column_stack([rows, rows])

        def margins(self, rows):
            return rows / 2

    fits = []

    def fit():
        fits.append(1)
        return Model()

    asked = query(fit=fit)
    assert not fits
    assert asked.margins.tolist() == [1.0, 2.5, 3.0, 4.5]
    assert asked.probabilities.shape == (4, 2)
    assert len(fits) == 1
