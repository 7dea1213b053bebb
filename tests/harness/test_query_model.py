from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness import answers, bagging
from harness.cell import Component
from harness.classifiers import CLASSIFIERS
from harness.classifiers.continues import continues
from harness.errors import BadQuery
from harness.learner import Learner
from harness.loop import OnLabels
from harness.pool import Pool
from harness.problem import Distinct, Problem
from harness.query_model import Fit, QueryModel
from harness.registry import Registry

QUICK = [
    "decision_tree",
    "knn",
    "logistic_regression",
    "naive_bayes",
    "random_forest",
    "svc",
    "xgboost",
]
ROWS = np.array([45, 3, 30, 31, 31, 12])


def a_problem(n_classes=4, n=60):
    """Of which class 3 is met among the first twenty rows once, and class 4 never."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    y[7] = 3
    X = (rng.normal(size=(n, 3)) + y[:, np.newaxis]).round(1)
    groups = np.unique(X, axis=0, return_inverse=True)[1]
    test = Distinct(X[:5], np.arange(5))
    is_novel = np.zeros(5, dtype=bool)
    return Problem(X, y, groups, Distinct.rows(X, groups), test, y[:5], is_novel, n_classes)


def model_of(classifier, n_classes=5, y=None):
    problem = a_problem(n_classes)
    if y is not None:
        problem = replace(problem, y=y)
    factory = CLASSIFIERS.get(classifier, classifier)
    component, none = Component("it", "it"), Component("none", "none")
    learner = Learner(component, none, Registry(classifiers={"it": factory}), 5, 1, n_classes)
    fitted = OnLabels(problem, learner)
    rows = np.arange(20)
    pool = Pool.unlabelled_of(60).label(rows, 20)
    took = []
    return QueryModel(Fit(fitted.answers(pool), learner, rows, problem.y[rows]), took), took


def all_of_it(p):
    return p.swapaxes(0, 1)


@pytest.mark.parametrize("classifier", QUICK)
def test_every_classifier_has_a_committee(classifier):
    model, took = model_of(classifier)
    p = model.committee(ROWS, 3, 11, all_of_it)
    n_members = 100 if classifier == "random_forest" else 3
    assert p.shape == (6, n_members, 5)
    np.testing.assert_allclose(p.sum(axis=2), 1)
    assert (p[:, :, 4] == 0).all(), "a class that nobody has met"
    assert len({member.tobytes() for member in p.swapaxes(0, 1)}) > 1, "members alike"
    np.testing.assert_array_equal(p[3], p[4])
    assert len(took) == 1
    np.testing.assert_array_equal(p, model.committee(ROWS, 3, 11, all_of_it))


@pytest.mark.parametrize("classifier", ["random_forest", "naive_bayes"])
def test_a_committee_answers_row_by_row_however_many_at_a_time(classifier, monkeypatch):
    model, _ = model_of(classifier)
    rows, sizes = np.arange(60), []

    def summary(p):
        sizes.append(p.shape[1])
        return all_of_it(p)

    whole = model.committee(rows, 3, 0, summary)
    assert len(sizes) == 1
    monkeypatch.setattr(answers, "AT_ONCE", 7)
    np.testing.assert_array_equal(model.committee(rows, 3, 0, summary), whole)
    assert max(sizes[1:]) == 7
    for row in (0, 33):
        np.testing.assert_array_equal(model.committee(rows[[row]], 3, 0, all_of_it)[0], whole[row])


def test_a_forests_committee_is_its_trees():
    model, _ = model_of("random_forest")
    p = model.committee(ROWS, 3, 11, all_of_it)
    np.testing.assert_array_equal(p.swapaxes(0, 1), model.samples(ROWS, 3, 11))
    np.testing.assert_allclose(p.mean(axis=1), model.probabilities(ROWS))


def test_a_trees_answer_is_scikit_learns_to_the_bit():
    X = a_problem().X
    forest = CLASSIFIERS["random_forest"](0, 1).fit(X, a_problem().y)
    of_trees = [tree.predict_proba(X) for tree in forest.estimators_]
    np.testing.assert_array_equal(forest.samples(X, 3, 0), of_trees)


def test_members_meet_every_class_that_there_is_and_rows_more_than_once():
    y = np.r_[np.zeros(30, dtype=int), 1, 2]
    X = np.arange(32)[:, np.newaxis]
    seen = []

    none = Component("none", "none")
    learner = Learner(none, none, Registry(), 0, 1, 3)
    seeds = []

    def fit(self, X, y, before=None):  # noqa: ARG001
        seeds.append(self.seed)
        seen.append((X[:, 0], y))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "fit", fit)
        bagging.bagged(learner, X, y, 20, 4)
    assert len(set(seeds)) == 20
    for rows, classes in seen:
        assert len(rows) == 32
        assert set(classes) == {0, 1, 2}
        np.testing.assert_array_equal(classes, y[rows])
        assert len(set(rows.tolist())) < 32
    assert len({tuple(rows) for rows, _ in seen}) == 20


def test_while_one_class_only_is_met_the_committee_has_one_member():
    model, _ = model_of("knn", y=np.zeros(60, dtype=int))
    p = model.committee(ROWS, 3, 11, all_of_it)
    assert p.shape == (6, 1, 5)
    assert (p[:, :, 0] == 1).all()


@pytest.mark.parametrize("classifier", ["naive_bayes", "random_forest"])
def test_supposed_labels_change_the_model_as_bought_ones_would(classifier):
    model, took = model_of(classifier)
    before = model.probabilities(ROWS)
    supposing = model.with_labels(np.array([40, 25]), np.array([1, 4]))

    problem = a_problem(5)
    y = problem.y.copy()
    y[[40, 25]] = 1, 4
    component, none = Component(classifier, classifier), Component("none", "none")
    learner = Learner(component, none, Registry(), 5, 1, 5)
    pool = Pool.unlabelled_of(60).label(np.r_[np.arange(20), 40, 25], 22)
    bought = OnLabels(replace(problem, y=y), learner).answers(pool)
    np.testing.assert_array_equal(supposing.probabilities(ROWS), bought.confidences(ROWS))
    np.testing.assert_array_equal(model.probabilities(ROWS), before)
    assert len(took) == 4, "the seconds of either are counted"


def test_a_supposed_model_looks_at_the_rows_that_it_is_asked_about_alone(monkeypatch):
    model, _ = model_of("random_forest")
    supposing = model.with_labels(np.array([40]), np.array([1]))
    monkeypatch.setattr(answers, "Regions", None)  # of all rows
    assert supposing.probabilities(ROWS).shape == (len(ROWS), 5)
    with pytest.raises(AttributeError):
        model.probabilities(ROWS)


@pytest.mark.parametrize(
    ("rows", "classes", "complaint"),
    [
        ([40, 3], [0, 1], r"already labelled: rows \[3\]"),
        ([40, 40], [0, 1], r"each row has one label: rows \[40, 40\]"),
        ([40], [5], r"1 rows want as many classes from 0 to 4, got \[5\]"),
        ([40], [-1], r"1 rows want as many classes from 0 to 4, got \[-1\]"),
        ([40, 41], [0], r"2 rows want as many classes from 0 to 4, got \[0\]"),
    ],
)
def test_labels_that_cannot_be_are_refused(rows, classes, complaint):
    model, _ = model_of("naive_bayes")
    with pytest.raises(BadQuery, match=complaint):
        model.with_labels(np.array(rows), np.array(classes))


def test_a_learner_that_continues_goes_on_to_supposed_labels_and_members_start_anew():
    begun = []

    class Goes:
        continues = True

        def fit(self, X, y, before=None):  # noqa: ARG002
            begun.append(before)
            self.classes_ = np.unique(y)

        def predict_proba(self, X):
            return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

    @continues()
    def goes(seed, threads):  # noqa: ARG001
        return Goes()

    model, _ = model_of(goes)
    model.with_labels(np.array([40]), np.array([1]))
    assert begun[0] is None
    assert isinstance(begun[1], Goes)
    model.committee(ROWS, 2, 0, all_of_it)
    assert begun[2:] == [None, None]
