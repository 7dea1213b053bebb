"""Votes counted as labels arrive are those of scikit-learn's search, asked anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from harness.answers import Answers
from harness.cell import Component
from harness.fast.neighbours import voting_of
from harness.learner import Learner
from harness.problem import Distinct, Problem
from harness.registry import Registry

COLUMNS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "ties": np.round,
    "constant": lambda x: np.full_like(x, 0.1),
    "signs": lambda x: np.where(np.abs(x) < 0.5, -0.0, np.sign(x)),
    "nearly_equal": lambda x: 1 + x * 1e-7,
    "sequence_numbers": lambda x: 4e9 + np.round(1e9 * x),
    "huge": lambda x: 1e30 * np.sign(x),
}


def problem_of(X, y, n, n_classes):
    """The first `n` rows are the pool."""
    groups = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    sides = [Distinct.rows(X[at], groups[at]) for at in (slice(n), slice(n, None))]
    novel = np.ones(len(X) - n, dtype=bool)
    return Problem(X[:n], y[:n], groups[:n], *sides, y[n:], novel, n_classes)


@st.composite
def problems(draw):
    """Pools and test sets of few or many features, with twins, and classes without a row."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    n, n_classes = draw(st.sampled_from([30, 200])), draw(st.integers(2, 5))
    names = draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=4))
    names = names * draw(st.sampled_from([1, 10]))  # scikit-learn takes a tree for few features
    X = np.column_stack([COLUMNS[name](rng.normal(size=2 * n)) for name in names])
    X = X.astype(draw(st.sampled_from(["float32", "float64"])))
    X = X[rng.integers(0, draw(st.sampled_from([4, n, 2 * n])), 2 * n)]
    met = rng.permutation(n_classes)[: draw(st.integers(2, n_classes))]
    y = rng.choice(met, 2 * n) if draw(st.booleans()) else met[(X[:, 0] > 0).astype(int)]
    return problem_of(X, y, n, n_classes), rng


def fitted_on(problem, labelled, **params):
    none, knn = Component("none", "none"), Component("knn", "knn", params)
    learner = Learner(knn, none, Registry(), 0, 1, problem.n_classes)
    return learner.fit(problem.X[labelled], problem.y[labelled])


def assert_as_asked(answers, problem):
    """Every bit is what scikit-learn gives, asked about all distinct rows.

    Where distances are equal up to rounding, what it gives hangs on which rows it is asked about
    together: there it must be its answer to these rows.
    """
    fitted, rows = answers.fitted, np.arange(len(problem.y))
    predicted, of_test, at = answers.test()
    np.testing.assert_array_equal(predicted, of_test.argmax(axis=1))
    np.testing.assert_array_equal(at, problem.test.of)
    of_pool = answers.confidences(rows)[np.unique(problem.pool.of, return_index=True)[1]]
    for side, found in (("pool", of_pool), ("test", of_test)):
        X = getattr(problem, side).X
        expected = fitted.probabilities(X)
        if side in answers.neighbours:
            k = fitted.model.n_neighbors
            _, is_sure = answers.neighbours[side].votes(k, X.shape[1], problem.n_classes)
            if not is_sure.all():
                expected[~is_sure] = fitted.probabilities(X[~is_sure])
        np.testing.assert_array_equal(found, expected)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(problems(), st.sampled_from([1, 2, 5, 8]))
def test_round_after_round_every_bit_is_that_of_asking_anew(drawn, k):
    problem, rng = drawn
    order, before = rng.permutation(len(problem.y)), None
    for n in (4, 9, 12, 30):
        labelled = np.sort(order[:n])
        fitted = fitted_on(problem, labelled, n_neighbors=k)
        if fitted.model is None:
            continue
        before = Answers(fitted, problem, labelled=labelled, before=before)
        assert_as_asked(before, problem)


def scaled_problem(n=2_000):
    rng = np.random.default_rng(0)
    X = rng.random((2 * n, 20)).astype(np.float32)
    return problem_of(X, (X[:, 0] > 0.5).astype(np.int64), n, 2)


def test_where_nothing_ties_scikit_learn_is_not_asked(monkeypatch):
    problem = scaled_problem()
    labelled = np.arange(300)
    answers = Answers(fitted_on(problem, labelled), problem, labelled=labelled)
    with monkeypatch.context() as patched:
        patched.setattr(answers.fitted.model, "predict_proba", lambda _: pytest.fail("asked"))
        answers.test(), answers.confidences(np.arange(2_000))
    assert_as_asked(answers, problem)


def test_rows_that_are_no_longer_labelled_are_forgotten():
    problem = scaled_problem(200)
    first = Answers(fitted_on(problem, np.arange(50)), problem, labelled=np.arange(50))
    assert_as_asked(first, problem)
    others = np.arange(40, 90)
    fitted = fitted_on(problem, others)
    assert_as_asked(Answers(fitted, problem, labelled=others, before=first), problem)


@pytest.mark.parametrize("params", [{"weights": "distance"}, {"metric": "manhattan"}])
def test_other_votes_and_distances_are_scikit_learns(params):
    problem, labelled = scaled_problem(100), np.arange(40)
    fitted = fitted_on(problem, labelled, **params)
    assert voting_of(fitted.model) is None
    assert_as_asked(Answers(fitted, problem, labelled=labelled), problem)


def test_rows_that_a_resampler_made_are_no_pool_rows():
    problem, labelled = scaled_problem(100), np.arange(40)
    fitted = fitted_on(problem, labelled + 1)
    answers = Answers(fitted, problem, labelled=labelled)
    assert_as_asked(answers, problem)
    assert not answers.neighbours


def test_what_inherits_from_ours_is_asked_itself():
    X = np.arange(8.0)[:, np.newaxis]
    model = KNeighborsClassifier(2).fit(X, np.arange(8) % 2)
    assert voting_of(model) is None

    ours = fitted_on(scaled_problem(100), np.arange(40)).model
    ours.__class__ = type("Other", (type(ours),), {})
    assert voting_of(ours) is None
