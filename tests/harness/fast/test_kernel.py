"""Our support vector machine decides as libsvm does; the reference is scikit-learn's `SVC`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import SVC

from harness.classifiers import CLASSIFIERS
from harness.fast import kernel

COLUMNS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "ties": np.round,
    "constant": lambda x: np.full_like(x, 0.1),
    "signs": lambda x: np.where(np.abs(x) < 0.5, -0.0, np.sign(x)),
    "sequence_numbers": lambda x: 4e9 + np.round(1e9 * x),
    "huge": lambda x: 1e36 * x.clip(-1, 1),
    "tiny": lambda x: 1e-30 * x,
}


def pair_of(X, y, **params):
    """Ours, and scikit-learn's with the same parameters."""
    ours = CLASSIFIERS["svc"](0, 1, **params)
    ours.fit(X, y)
    theirs = SVC(C=ours.C, gamma=ours.gamma, class_weight=ours.class_weight, random_state=0)
    return ours, theirs.fit(X, y)


@st.composite
def fits(draw, columns=tuple(COLUMNS)):
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    n, n_classes = draw(st.sampled_from([8, 30, 120])), draw(st.integers(2, 5))
    names = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=4))
    X = np.column_stack([COLUMNS[name](rng.normal(size=3 * n)) for name in names])
    X = X.astype(draw(st.sampled_from(["float32", "float64"])))
    X = X[rng.integers(0, draw(st.sampled_from([4, 3 * n])), 3 * n)]  # duplicates
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    params = {
        "C": draw(st.sampled_from([0.01, 1.0, 100.0])),
        "gamma": draw(st.sampled_from(["scale", "auto"])),
        "gamma_scale": draw(st.sampled_from([0.01, 1.0, 30.0])),
        "class_weight": draw(st.sampled_from([None, "balanced"])),
    }
    return *pair_of(X[:n], y, **params), X


@settings(max_examples=150, deadline=None, derandomize=True)
@given(fits())
def test_predictions_are_libsvms_and_decisions_differ_by_rounding_alone(fit):
    ours, theirs, X = fit
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    expected = theirs.decision_function(X)
    scale = max(1.0, float(np.abs(theirs.dual_coef_).sum()))
    np.testing.assert_allclose(ours.decision_function(X), expected, rtol=0, atol=1e-11 * scale)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(fits())
def test_the_order_of_sureness_is_libsvms_but_for_rows_that_tie_up_to_rounding(fit):
    ours, theirs, X = fit
    order = np.argsort(gaps(ours, X), kind="stable")
    scale = max(1.0, float(np.abs(theirs.dual_coef_).sum()))
    assert (np.diff(gaps(theirs, X)[order]) >= -2e-11 * scale).all()


def gaps(model, X):
    values = model.decision_function(X)
    if values.ndim == 1:
        return np.abs(values)
    second, best = np.sort(values, axis=1)[:, -2:].T
    return best - second


def by_matrix_products(model, X, monkeypatch):
    """The share of rows that libsvm is not asked about."""
    asked = [0]

    def predict(_, rows):
        asked.append(len(rows))
        return np.zeros(len(rows), dtype=np.int64)

    monkeypatch.setattr(SVC, "predict", predict)
    model.predict(X)
    return 1 - sum(asked) / len(X)


def test_scaled_features_go_by_matrix_products_whole_blocks_and_their_rest(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.random((2 * kernel.BLOCK + 7, 5)).astype(np.float32)
    ours, theirs = pair_of(X[:90], np.arange(90) % 4)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-12)
    assert by_matrix_products(ours, X, monkeypatch) == 1


@pytest.mark.parametrize("offset", [1e3, 1e4])
def test_features_far_from_zero_are_left_to_libsvm(offset, monkeypatch):
    """There the squares are so large that nothing is left of their difference."""
    rng = np.random.default_rng(1)
    X = offset + rng.normal(size=(400, 3))
    ours, theirs = pair_of(X[:60], np.arange(60) % 3)
    np.testing.assert_array_equal(ours.decision_function(X), theirs.decision_function(X))
    assert by_matrix_products(ours, X, monkeypatch) == 0


def test_a_decision_of_exactly_nothing_is_left_to_libsvm():
    """Halfway between two mirrored vectors a last bit would decide who wins."""
    rng = np.random.default_rng(2)
    side = rng.normal(size=(20, 3))
    X, y = np.vstack([side, side * [-1, 1, 1]]), np.repeat([0, 1], 20)
    ours, theirs = pair_of(X, y, C=0.5)
    between = rng.normal(size=(500, 3)) * [0, 1, 1]
    np.testing.assert_array_equal(ours.predict(between), theirs.predict(between))
    np.testing.assert_array_equal(
        ours.decision_function(between) > 0, theirs.decision_function(between) > 0
    )
