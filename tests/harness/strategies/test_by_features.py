from __future__ import annotations

import numpy as np
import pytest

from harness.strategies import STRATEGIES, Query


def query(X, y, labelled, seed=0):
    def fit():
        pytest.fail("asked a model")

    labelled = np.asarray(labelled)
    return Query(
        X=np.asarray(X, dtype=np.float32),
        y_labelled=np.asarray(y)[labelled],
        labelled=labelled,
        candidates=np.setdiff1d(np.arange(len(X)), labelled),
        n_classes=int(np.max(y)) + 1,
        rng=np.random.default_rng(seed),
        fit=fit,
    )


def test_each_class_in_turn_names_what_fits_it_worst():
    x = [0.0, 0.1, -0.1, 0.2, 0.9, 10.0, 10.1, 9.9, 10.2, 8.7]
    y = [0] * 5 + [1] * 5
    asked = query(np.array(x)[:, np.newaxis], y, [0, 1, 5, 6])
    assert STRATEGIES["rare_category"](asked, 2).tolist() == [4, 9]
    # After one more label it is the other one's turn.
    asked = query(np.array(x)[:, np.newaxis], y, [0, 1, 5, 6, 7])
    assert STRATEGIES["rare_category"](asked, 1).tolist() == [9]


def test_columns_that_never_vary_change_nothing():
    X, y = with_a_rare_class(0, n=200)
    labelled = np.arange(20)
    wider = np.column_stack([X[:, :3], np.full((len(X), 4), 0.1), X[:, 3:]])
    chosen = STRATEGIES["rare_category"](query(X, y, labelled), 10)
    assert STRATEGIES["rare_category"](query(wider, y, labelled), 10).tolist() == chosen.tolist()


def with_a_rare_class(seed, n=2000, n_rare=6):
    """Two large classes, and a small tight one beside them that is the last."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.r_[np.arange(n) % 2, np.full(n_rare, 2)])
    centres = np.zeros((3, 8))
    centres[1, :4], centres[2, 3:6] = 4, (5, 4, 5)
    width = np.array([1.0, 1.0, 0.2])[y, np.newaxis]
    return centres[y] + width * rng.normal(size=(len(y), 8)), y


def labels_until_met(strategy, seed, batch=10):
    """Labels bought until the first one of the last class."""
    X, y = with_a_rare_class(seed)
    labelled = np.r_[np.flatnonzero(y == 0)[:5], np.flatnonzero(y == 1)[:5]]
    while not (y[labelled] == 2).any():
        asked = query(X, y, np.sort(labelled), seed=len(labelled))
        labelled = np.r_[labelled, STRATEGIES[strategy](asked, batch)]
    return len(labelled)


def test_a_rare_class_is_met_much_sooner_than_by_chance():
    sought, chance = (
        np.median([labels_until_met(strategy, seed) for seed in range(7)])
        for strategy in ("rare_category", "random")
    )
    assert sought < chance / 4


def test_the_mixture_is_fitted_on_as_many_candidates_as_are_asked_for():
    X, y = with_a_rare_class(0)
    labelled = np.arange(20)
    few = STRATEGIES["rare_category"](query(X, y, labelled), 10, rows=200)
    assert few.tolist() == STRATEGIES["rare_category"](query(X, y, labelled), 10, rows=200).tolist()
    assert few.tolist() != STRATEGIES["rare_category"](query(X, y, labelled), 10).tolist()


def test_flows_with_the_rarest_characteristics_among_labelled_ones_are_next():
    protocol = [0, 0, 0, 0, 0, 1, 1, 2]
    port = [0, 0, 1, 0, 1, 0, 1, 0]
    X = np.column_stack([protocol, port])
    asked = query(X, np.zeros(8, dtype=int), [0, 1, 2])  # protocols 0 0 0, ports 0 0 1
    # log(1 + protocols) + log(1 + ports) of rows 3 to 7:
    # log 4 + log 3, log 4 + log 2, log 3, log 2, log 3. Row 6 first; then both count once more:
    # log 4 + log 3, log 4 + log 3, log 2 + log 3, ..., log 3. Row 7.
    assert STRATEGIES["flow_characteristics"](asked, 2).tolist() == [6, 7]


def test_the_batch_counts_as_labelled_and_the_sums_stay_exact_enough():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 4, size=(60, 5))
    labelled, n = np.arange(10), 12
    known, expected = labelled.tolist(), []
    for _ in range(n):
        counts = (X[:, np.newaxis] == X[known]).sum(axis=1)  # values are their own bins
        score = np.log1p(counts).sum(axis=1).round(9)
        score[known] = np.inf
        expected.append(int(score.argmin()))
        known.append(expected[-1])
    asked = query(X, np.zeros(60, dtype=int), labelled)
    assert STRATEGIES["flow_characteristics"](asked, n).tolist() == expected
