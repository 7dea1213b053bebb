"""Matrix products stand in for libsvm where no rounding can be seen; scikit-learn's `SVC` says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import SVC

from harness.answers import Answers
from harness.classifiers import CLASSIFIERS
from harness.fast.kernel import BLOCK, expansion_of
from harness.learner import Fitted
from harness.problem import Distinct, Problem
from harness.strategies import STRATEGIES, Query

COLUMNS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "ties": np.round,
    "constant": lambda x: np.full_like(x, 0.1),
    "signs": lambda x: np.where(np.abs(x) < 0.5, -0.0, np.sign(x)),
    "nearly_equal": lambda x: 1 + x * 1e-7,
    "sequence_numbers": lambda x: 4e9 + np.round(1e9 * x),
    "huge": lambda x: 1e36 * x.clip(-1, 1),
    "seldom": lambda x: np.where(np.abs(x) < 2, 0, x),
    "tiny": lambda x: 1e-30 * x,
}


@st.composite
def fits(draw):
    """A machine of ours, and rows that it has not seen, with twins and near twins among them."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    n, n_classes = draw(st.sampled_from([8, 30, 120])), draw(st.integers(2, 5))
    names = draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=4))
    X = np.column_stack([COLUMNS[name](rng.normal(size=3 * n)) for name in names])
    X = X.astype(draw(st.sampled_from(["float32", "float64"])))
    X = X[rng.integers(0, draw(st.sampled_from([4, 3 * n])), 3 * n)]
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    ours = CLASSIFIERS["svc"](
        0,
        1,
        C=draw(st.sampled_from([0.01, 1.0, 100.0])),
        gamma=draw(st.sampled_from(["scale", "auto"])),
        gamma_scale=draw(st.sampled_from([0.01, 1.0, 30.0])),
        class_weight=draw(st.sampled_from([None, "balanced"])),
    )
    return ours.fit(X[:n], y), X


def libsvm(fitted):
    """The same machine, which no fast way knows."""
    model = SVC()
    vars(model).update(vars(fitted.model))
    assert expansion_of(model) is None
    return replace(fitted, model=model)


def problem_of(X, n_classes):
    """Every row is a pool row and a test row."""
    distinct, groups = np.unique(X, axis=0, return_inverse=True)
    rows = Distinct(distinct, groups.ravel())
    n, zeros = len(X), np.zeros(len(X), dtype=np.int64)
    return Problem(X, zeros, groups, rows, rows, zeros, np.ones(n, dtype=bool), n_classes)


def chosen(fitted, problem, strategy, n):
    """The batch and its share of ties."""
    rows = np.arange(len(problem.y))
    none = rows[:0]
    rng = np.random.default_rng(0)
    answers = Answers(fitted, problem)
    query = Query(problem.X, none, none, rows, problem.n_classes, rng, lambda: answers)
    return STRATEGIES[strategy](query, n).tolist(), query.ties


@settings(max_examples=80, deadline=None, derandomize=True)
@given(fits(), st.integers(0, 2))
def test_batches_ties_and_predictions_are_libsvms_own(fit, n_missing):
    """To the last bit, also where classes have no label yet."""
    model, X = fit
    n_met = len(model.classes_)
    fitted = Fitted(model, np.arange(n_met) + n_missing, n_met + n_missing, "{}")
    problem, reference = problem_of(X, fitted.n_classes), libsvm(fitted)
    predicted, probabilities, of = Answers(fitted, problem).test()
    assert probabilities is None
    expected, _ = reference.predict(problem.test.X[problem.test.of])
    np.testing.assert_array_equal(predicted[of], expected)
    rows = np.arange(0, len(X), 3)
    of_some, _ = Answers(fitted, problem).classes(rows)
    np.testing.assert_array_equal(of_some, expected[rows])
    for strategy in ("least_confidence", "margin", "entropy"):
        for n in (1, len(X) // 3):
            expected = chosen(reference, problem, strategy, n)
            assert chosen(fitted, problem, strategy, n) == expected


@settings(max_examples=80, deadline=None, derandomize=True)
@given(fits())
def test_decisions_are_no_farther_from_libsvms_than_is_said(fit):
    model, X = fit
    close = expansion_of(model).close(X)
    of = np.abs(close.decisions - model.decision_function(X))
    of = of if of.ndim == 1 else of.max(axis=1)
    assert (of <= close.error)[close.is_sure].all()
    np.testing.assert_array_equal(close.classes[close.is_sure], model.predict(X)[close.is_sure])


def test_of_scaled_features_libsvm_is_asked_about_a_batch_and_no_more(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.random((5 * BLOCK + 7, 5)).astype(np.float32)
    model = CLASSIFIERS["svc"](0, 1).fit(X[:90], np.arange(90) % 4)
    fitted, problem = Fitted(model, np.arange(4), 4, "{}"), problem_of(X, 4)
    expected = chosen(libsvm(fitted), problem, "least_confidence", 20)
    asked = []

    def decided(rows):
        asked.append(len(rows))
        return SVC.decision_function(model, rows)

    monkeypatch.setattr(model, "decision_function", decided)
    assert chosen(fitted, problem, "least_confidence", 20) == expected
    assert sum(asked) < 30


def test_a_decision_of_exactly_nothing_is_left_to_libsvm():
    """Halfway between two mirrored vectors a last bit would decide who wins."""
    rng = np.random.default_rng(2)
    side = rng.normal(size=(20, 3))
    X, y = np.vstack([side, side * [-1, 1, 1]]), np.repeat([0, 1], 20)
    model = CLASSIFIERS["svc"](0, 1, C=0.5).fit(X, y)
    assert not expansion_of(model).close(rng.normal(size=(50, 3)) * [0, 1, 1]).is_sure.any()


def test_what_inherits_from_ours_is_asked_itself():
    from harness.classifiers.relative_gamma_svc import RelativeGammaSVC

    class Other(RelativeGammaSVC):
        pass

    model = Other(C=1.0, relative_to="scale", gamma_scale=1.0, class_weight=None, random_state=0)
    X = np.arange(8.0)[:, np.newaxis]
    assert expansion_of(model.fit(X, np.arange(8) % 2)) is None
