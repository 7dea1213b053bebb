from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from harness.errors import CannotValidate
from harness.folds import folds

labelled = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=40)


@settings(deadline=None)
@given(labelled, st.integers(2, 6), st.integers(0, 99))
def test_every_row_is_held_once_and_twins_share_a_fold(rows, n_folds, seed):
    y, groups = np.array(rows).T
    try:
        found = folds(y, groups, n_folds, seed)
    except CannotValidate:
        assert len(set(groups)) < 2 or np.bincount(y).max() < 2
        return
    assert 2 <= len(found) <= n_folds
    held = np.concatenate([held for _, held in found])
    assert sorted(held.tolist()) == list(range(len(y)))
    for fit, held in found:
        assert sorted([*fit, *held]) == list(range(len(y)))
        assert not set(groups[fit]) & set(groups[held])


def test_folds_are_stratified():
    y = np.repeat([0, 1], [60, 20])
    for _, held in folds(y, np.arange(80), 5, 1):
        assert np.bincount(y[held]).tolist() == [12, 4]


def test_there_are_fewer_folds_where_groups_or_rows_are_few():
    assert len(folds(np.array([0, 0, 0, 1, 1, 1]), np.arange(6), 5, 0)) == 3
    assert len(folds(np.array([0] * 6), np.array([0, 0, 1, 1, 2, 2]), 5, 0)) == 3


@pytest.mark.parametrize(
    ("y", "groups", "message"),
    [
        ([0, 0, 1, 1], [3, 3, 3, 3], "4 labelled rows, 1 different, at most 2 of one class: they"),
        ([0, 1, 2], [0, 1, 2], "3 labelled rows, 3 different, at most 1 of one class: they"),
    ],
)
def test_rows_that_cannot_be_divided_are_refused(y, groups, message):
    with pytest.raises(CannotValidate, match=message):
        folds(np.array(y), np.array(groups), 5, 0)


def test_folds_hang_on_the_seed():
    y = np.repeat([0, 1], 20)
    one, again, other = (folds(y, np.arange(40), 4, seed) for seed in (1, 1, 2))
    assert str(one) == str(again) != str(other)


many = st.integers(1, 12).flatmap(
    lambda n_classes: st.tuples(
        st.lists(st.integers(0, n_classes - 1), min_size=2, max_size=120),
        st.sampled_from([3, 40, 10_000]),
    )
)


@settings(deadline=None, max_examples=300)
@given(many, st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_folds_are_those_of_scikit_learn(drawn, n_folds, seed):
    y, n_groups = np.array(drawn[0]), drawn[1]
    groups = np.random.default_rng(seed).integers(n_groups, size=len(y))
    n = min(n_folds, len(set(groups)), int(np.bincount(y).max()))
    assume(n > 1)
    assume(len(set(y)) > 1)  # of one class NumPy sums otherwise, and no study gets that far
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
        expected = [p for p in theirs.split(y, y, groups) if len(p[0]) and len(p[1])]
    found = folds(y, groups, n_folds, seed)
    for (fit, held), (other_fit, other_held) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(fit, other_fit)
        np.testing.assert_array_equal(held, other_held)
