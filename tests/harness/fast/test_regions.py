"""One row of each region is asked about, and every row gets the bits that asking it would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import answers as asked_how
from harness.answers import Answers
from harness.arrays import Features
from harness.cell import Component
from harness.classifiers import CLASSIFIERS
from harness.fast import regions as how_regions
from harness.fast.cuts import Cuts, cuts_of
from harness.fast.ranks import Ranks
from harness.fast.regions import Regions
from harness.learner import Learner
from harness.problem import Distinct, Problem
from harness.registry import Registry

QUICK = {
    "decision_tree": {},
    "random_forest": {"n_estimators": 7},
    "xgboost": {"n_estimators": 5},
}
COLUMNS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "ties": lambda x: np.round(2 * x),
    "constant": lambda x: np.full_like(x, 0.1),
    "zeros": lambda x: np.where(x < 0, -0.0, 0.0),
    "signs": lambda x: np.where(np.abs(x) < 0.5, -0.0, np.round(x)),
    "huge": lambda x: np.where(x < 0, -1e36, 1e36 * x.clip(0, 1)),
    "tiny": lambda x: 1e-42 * np.round(4 * x),  # subnormal in float32
    "neighbours": lambda x: 1 + np.round(3 * x) * 2.0**-23,  # floats with none between them
    "beyond_float32": lambda x: 1 + x * 2.0**-40,  # different in float64 alone
    "gaps": lambda x: np.where(x < -0.5, np.nan, np.round(x)),
}


@st.composite
def problems(draw, columns=tuple(COLUMNS)):
    """Pools and test sets with duplicates, of 2 to 4 classes; how many of its rows are labelled."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    n, n_classes = draw(st.sampled_from([12, 40, 150])), draw(st.integers(2, 4))
    names = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=4))
    X = np.column_stack([COLUMNS[name](rng.normal(size=2 * n)) for name in names])
    X = X.astype(draw(st.sampled_from(["float32", "float64"])))
    X = X[rng.integers(0, draw(st.sampled_from([3, n, 2 * n])), 2 * n)]
    groups = np.unique(X, axis=0, return_inverse=True, equal_nan=False)[1].ravel()
    met = rng.permutation(n_classes)[: draw(st.integers(1, n_classes))]  # others are missing
    y = rng.choice(met, 2 * n)
    problem = Problem(
        X=X[:n],
        y=y[:n],
        groups=groups[:n],
        pool=Distinct.rows(X[:n], groups[:n]),
        test=Distinct.rows(X[n:], groups[n:]),
        y_test=y[n:],
        is_novel=np.ones(n, dtype=bool),
        n_classes=n_classes,
    )
    return problem, draw(st.sampled_from([2, n // 3, n]))


def fitted_on(problem, n_labelled, classifier, **registry):
    none = Component("none", "none")
    component = Component(classifier, classifier, QUICK.get(classifier, {}))
    learner = Learner(component, none, Registry(**registry), 3, 1, problem.n_classes)
    return learner.fit(problem.X[:n_labelled], problem.y[:n_labelled])


def assert_as_asked(fitted, problem, *, together):
    """Every bit is what asking about every single row gives."""
    answers, rows = Answers(fitted, problem, together=together), np.arange(len(problem.y))[1:]
    predicted, probabilities, of = answers.test()
    expected, their = fitted.predict(problem.test.X[problem.test.of])
    np.testing.assert_array_equal(predicted[of], expected)
    np.testing.assert_array_equal(None if their is None else probabilities[of], their)
    assert len(np.unique(of)) == len(predicted)  # what no test row has is not judged
    np.testing.assert_array_equal(answers.confidences(rows), fitted.confidences(problem.X[rows]))
    np.testing.assert_array_equal(answers.margins(rows), fitted.margins(problem.X[rows]))
    np.testing.assert_array_equal(answers.embedding(rows), fitted.embedding(problem.X[rows]))
    if hasattr(fitted.model, "samples"):
        every = fitted.samples(problem.X[rows], 3, 0)
        np.testing.assert_array_equal(answers.samples(rows, 3, 0), every)
    assert answers.asked == {"pool", "test"}


@pytest.mark.parametrize("classifier", QUICK)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(problems(), st.booleans(), st.sampled_from([1, 7, asked_how.ASKED_AT_ONCE]))
def test_answers_to_any_rows_are_bit_for_bit_those_of_asking_each(
    classifier, drawn, together, at_once
):
    problem, n_labelled = drawn
    fitted = fitted_on(problem, n_labelled, classifier)
    assert fitted.model is None or cuts_of(fitted.model) is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asked_how, "ASKED_AT_ONCE", at_once)
        assert_as_asked(fitted, problem, together=together)


@pytest.mark.parametrize("equal_is_below", [True, False])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems(columns=[name for name in COLUMNS if name != "gaps"]), st.data())
def test_rows_share_a_region_where_and_only_where_every_cut_says_the_same(
    equal_is_below, drawn, data
):
    """Also where thresholds equal values, or lie beyond them all."""
    problem, _ = drawn
    X = problem.X.astype(np.float32)
    n_features = X.shape[1]
    at = data.draw(
        st.lists(st.tuples(st.integers(0, n_features - 1), st.integers(0, len(X) - 1)), max_size=9)
    )
    ends = [(0, np.inf), (n_features - 1, -np.inf)]
    pairs = [(j, X[i, j]) for j, i in at] + ends
    features, thresholds = (np.array(side) for side in zip(*pairs, strict=True))
    cuts = Cuts(features.astype(np.intp), thresholds, equal_is_below)
    below = np.less_equal if equal_is_below else np.less
    outcomes = below(X[:, cuts.features], cuts.thresholds)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(how_regions, "_SPARSE", data.draw(st.sampled_from([0, 4, 2**20])))
        regions = Regions.of_rows(Ranks(problem.X), cuts, slice(0, len(X)))
    expected = np.unique(outcomes, axis=0, return_inverse=True)[1].ravel()
    assert len(regions.first) == expected.max() + 1
    np.testing.assert_array_equal(expected[regions.first][regions.of], expected)
    np.testing.assert_array_equal(
        regions.first, [np.flatnonzero(regions.of == each)[0] for each in range(len(regions.first))]
    )


def test_regions_of_more_cuts_than_a_number_has_digits_for_stay_exact():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 40)).astype(np.float32).round(2)
    X = X[rng.integers(0, 1_500, 3_000)]
    features = np.repeat(np.arange(40), 60)  # 61 ** 40 keys
    cuts = Cuts(features, rng.normal(size=len(features)), equal_is_below=True)
    regions = Regions.of_rows(Ranks(X), cuts, slice(1_000, 3_000))
    outcomes = X[1_000:][:, features] <= cuts.thresholds
    expected = np.unique(outcomes, axis=0, return_inverse=True)[1].ravel()
    assert len(regions.first) == expected.max() + 1 < 2_000
    np.testing.assert_array_equal(outcomes[regions.first][regions.of], outcomes)


class Counted:
    """A decision tree of ours that knows how many rows it was asked about."""

    def __init__(self, model) -> None:
        self.model, self.asked = model, []

    def __call__(self, X: Features):
        self.asked.append(len(X))
        return type(self.model).predict_proba(self.model, X)


def test_both_sides_together_take_one_question_about_fewer_rows(monkeypatch):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(900, 3)).astype(np.float32)
    pool, test = (Distinct.rows(part, np.arange(len(part))) for part in (X[:600], X[600:]))
    y = (X[:, 0] + rng.normal(size=900) > 0).astype(np.int64)
    novel = np.ones(300, dtype=bool)
    problem = Problem(X[:600], y[:600], np.arange(600), pool, test, y[600:], novel, 2)
    fitted = fitted_on(problem, 30, "decision_tree")
    counted = Counted(fitted.model)
    monkeypatch.setattr(fitted.model, "predict_proba", counted)
    rows = np.arange(600)
    together = Answers(fitted, problem, together=True)
    together.test(), together.confidences(rows), together.margins(rows)
    (both,) = counted.asked
    apart = Answers(fitted, problem)
    apart.test(), apart.confidences(rows), apart.margins(rows)
    assert both < sum(counted.asked[1:]) < 300
    assert len(counted.asked) == 3


def test_a_classifier_of_trees_that_is_not_ours_is_asked_about_every_distinct_row():
    """It may do more than compare: what it inherits says nothing of it."""
    from harness.classifiers.sized_tree import SizedTree

    class Shifted(SizedTree):
        def predict_proba(self, X):
            p = super().predict_proba(X)
            return p * 0.5 + np.asarray([0.5, 0.0]) * (X[:, :1] > 0.123)

    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 2))
    rows = Distinct.rows(X, np.arange(200))
    y = (X[:, 1] > 0).astype(np.int64)
    problem = Problem(X, y, np.arange(200), rows, rows, y, np.ones(200, dtype=bool), 2)
    fitted = fitted_on(problem, 50, "mine", classifiers={"mine": lambda *_: Shifted()})
    assert cuts_of(fitted.model) is None
    assert cuts_of(replace(fitted, model=None).model) is None
    assert_as_asked(fitted, problem, together=True)


def test_exactly_the_classifiers_of_trees_have_cuts():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(30, 2)), np.arange(30) % 2
    known = set()
    for name in ("decision_tree", "knn", "logistic_regression", "naive_bayes", "random_forest"):
        model = CLASSIFIERS[name](0, 1)
        model.fit(X, y)
        known |= {name} if cuts_of(model) else set()
    assert known == {"decision_tree", "random_forest"}


def test_ranks_take_a_byte_per_value_where_a_byte_will_do():
    ranks = Ranks(np.arange(512, dtype=np.float32).reshape(256, 2), np.zeros((1, 2)))
    assert ranks.nbytes == 0
    assert [ranks.of(j)[1].dtype for j in (0, 1)] == [np.uint8, np.uint16]  # 256 and 257 values
    assert ranks.nbytes == 257 * (1 + 2) + 4 * (256 + 257)
