"""What rounds record of the stop set: of which rows, by which model, and by none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from harness.answers import Answers
from harness.loop import OnLabels
from harness.stop_set import NO_OUTLOOK, outlook
from harness.strategies import STRATEGIES
from tests.harness.test_loop import a_problem, buying, model_of, rounds


def test_a_round_records_what_its_own_model_says_of_the_last_rows_that_may_be_bought():
    how = buying(a_problem(), "margin", n_holdout=5)
    found = rounds(how, 34)
    pool = found[0].pool
    assert found[0].outlook == NO_OUTLOOK  # the initial design fits nothing
    for before, one in pairwise(found):
        fitted = model_of(how.problem).fitted(before.pool)
        classes, p = fitted.predict(how.problem.X[pool.stop_set(1000)])
        assert one.outlook.predicted == classes.astype("u1").tobytes()
        np.testing.assert_allclose(one.outlook.confidence, p.max(axis=1).mean(), rtol=1e-12)
    assert pool.stop_set(1000).tolist() == list(range(55))
    assert pool.stop_set(7).tolist() == list(range(48, 55))


def test_it_changes_no_pick_and_hangs_on_no_segment():
    how = buying(a_problem(), "entropy")
    whole = rounds(how, 42)
    again = []
    for number in range(len(whole)):
        batches = [one.batch for one in whole[:number]]
        again += rounds(how, len(np.concatenate([*batches, [0]])), batches)[:1]
    assert [one.outlook for one in again] == [one.outlook for one in whole]

    def blind(query, n):
        query.model.probabilities(query.candidates[:1])
        return STRATEGIES["entropy"](query, n)

    other = rounds(buying(how.problem, blind), 42)
    assert [one.batch.tolist() for one in other] == [one.batch.tolist() for one in whole]


def test_a_strategy_that_asks_no_model_has_none_also_where_somebody_tests():
    how = buying(a_problem(), "random")
    model = model_of(how.problem)
    model.answers(how.replay([np.arange(10)])).test()
    assert {one.outlook for one in rounds(how, 34, model=model)} == {NO_OUTLOOK}


class Deciding:
    """A classifier without probabilities."""

    def __init__(self, seed, threads):
        pass

    def fit(self, _, y):
        self.classes_ = np.unique(y)

    def decision_function(self, X):
        return np.column_stack([X[:, 0] + k for k in range(len(self.classes_))])

    def predict(self, X):
        return self.classes_[(X[:, 0] > 0).astype(int)]


class Broken(Deciding):
    """Its probabilities are NaN."""

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), np.nan)


def test_without_probabilities_there_are_classes_by_its_own_rule_and_no_confidence():
    problem = a_problem()
    model: OnLabels = model_of(problem, Deciding)
    pool = buying(problem, "margin").replay([np.arange(20)])
    found = outlook(model.answers(pool), np.arange(30, 60))
    assert found.predicted == (problem.X[30:60, 0] > 0).astype("u1").tobytes()
    assert found.confidence is None


def test_where_a_model_answers_nan_nothing_is_recorded():
    problem = a_problem()
    fitted = model_of(problem, Broken).fitted(buying(problem, "margin").replay([np.arange(20)]))
    assert outlook(Answers(fitted, problem), np.arange(60)) == NO_OUTLOOK
