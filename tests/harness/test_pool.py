from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadQuery
from harness.pool import Pool


def rows(*numbers):
    return np.array(numbers, dtype=np.intp)


@given(n_pool=st.integers(1, 40), data=st.data())
def test_labelled_candidates_and_holdout_share_out_the_pool(n_pool, data):
    n_holdout = data.draw(st.integers(0, n_pool))
    pool = Pool.unlabelled_of(n_pool, n_holdout)
    n = data.draw(st.integers(0, len(pool.candidates)))
    bought = data.draw(st.permutations(pool.candidates.tolist()))[:n]
    after = pool.label(rows(*bought), n)
    parts = [after.labelled, after.candidates, after.holdout]
    assert sorted(np.concatenate(parts).tolist()) == list(range(n_pool))
    assert sorted(bought) == after.labelled.tolist()
    assert after.n_bought == n + n_holdout
    for part in parts:
        assert (np.diff(part) > 0).all()


@given(n_pool=st.integers(2, 40), data=st.data())
def test_two_purchases_are_one(n_pool, data):
    pool = Pool.unlabelled_of(n_pool)
    order = data.draw(st.permutations(range(n_pool)))
    cut = data.draw(st.integers(0, n_pool))
    in_two = pool.label(rows(*order[:cut]), cut).label(rows(*order[cut:]), n_pool - cut)
    np.testing.assert_array_equal(in_two.labelled, pool.label(rows(*order), n_pool).labelled)


def test_labelling_leaves_the_pool_it_started_from_alone():
    pool = Pool.unlabelled_of(4)
    pool.label(rows(1, 2), 2)
    assert pool.labelled.tolist() == []
    assert pool.candidates.tolist() == [0, 1, 2, 3]


def test_held_out_rows_come_from_the_far_end_and_are_paid_for():
    pool = Pool.unlabelled_of(6, n_holdout=2)
    assert pool.holdout.tolist() == [4, 5]
    assert pool.candidates.tolist() == [0, 1, 2, 3]
    assert pool.n_bought == 2


@pytest.mark.parametrize(
    ("bought", "n", "complaint"),
    [
        (rows(1, 2), 3, r"asked for 3 pool rows, got int64 of shape \(2,\)"),
        (np.array([[1], [2]]), 2, r"asked for 2 pool rows, got int64 of shape \(2, 1\)"),
        (np.array([1.0, 2.0]), 2, r"asked for 2 pool rows, got float64 of shape \(2,\)"),
        (rows(1, 4), 2, r"no candidates: rows \[4\] of 4"),
        (rows(-1, 1), 2, r"no candidates: rows \[-1\] of 4"),
        (rows(2, 2), 2, r"asked for 2 distinct rows, got \[2, 2\]"),
        (rows(0, 1), 2, r"already labelled: rows \[0\]"),
    ],
)
def test_refuses_what_is_not_n_distinct_candidates(bought, n, complaint):
    pool = Pool.unlabelled_of(6, n_holdout=2).label(rows(0), 1)
    with pytest.raises(BadQuery, match=complaint):
        pool.label(bought, n)
