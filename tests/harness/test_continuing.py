"""A learner that goes on from the round before: the same whoever asks, and however often."""

from __future__ import annotations

import numpy as np
import pytest

from harness.cell import Component
from harness.classifiers import CLASSIFIERS
from harness.classifiers.continues import continues, does_continue
from harness.learner import Learner
from harness.loop import OnLabels
from harness.pool import Pool
from harness.problem import Distinct, Problem
from harness.registry import Registry

N = 60


@continues()
class Chain:
    """A classifier whose probabilities tell which row sets it was fitted on, one after another."""

    def __init__(self, *_):
        self.past = ()

    def fit(self, X, y, before=None):
        self.past = (*(before.past if before else ()), tuple(X[:, 0].astype(int)))
        self.classes_ = np.unique(y)

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


@continues(unless={"is_once": True})
class Once(Chain):
    def __init__(self, *_, is_once=True):  # noqa: ARG002 - named by the declaration
        super().__init__()


def a_problem(y=None):
    X = np.column_stack([np.arange(N), np.zeros(N)]).astype(np.float32)
    y = np.arange(N) % 3 if y is None else y
    rows = Distinct.rows(X, np.arange(N))
    return Problem(X, y, np.arange(N), rows, rows, y, np.ones(N, dtype=bool), 3)


def learner(classifier=Chain):
    registry = Registry(classifiers={"it": classifier})
    return Learner(Component("it", "it"), Component("none", "none"), registry, 0, 1, 3)


def pools(*batches):
    """The pool after each batch."""
    pool, found = Pool.unlabelled_of(N), []
    for batch in batches:
        pool = pool.label(np.asarray(batch), len(batch))
        found.append(pool)
    return found


BATCHES = ([5, 3, 1], [9, 2], [4])
PAST = ((1, 3, 5), (1, 2, 3, 5, 9), (1, 2, 3, 4, 5, 9))


def test_it_is_fitted_on_every_batch_in_turn_whoever_asks_for_it():
    each = OnLabels(a_problem(), learner())
    asked = [each.fitted(pool).model.past for pool in pools(*BATCHES)]
    assert asked == [PAST[:1], PAST[:2], PAST]
    last_only = OnLabels(a_problem(), learner())
    assert last_only.fitted(pools(*BATCHES)[-1]).model.past == PAST


def test_one_that_does_not_continue_sees_the_last_rows_alone():
    model = OnLabels(a_problem(), learner(Once))
    assert [model.fitted(pool).model.past for pool in pools(*BATCHES)] == [(past,) for past in PAST]


def test_it_starts_again_for_a_pool_that_bought_otherwise():
    model = OnLabels(a_problem(), learner())
    model.fitted(pools(*BATCHES)[-1])
    other = pools([5, 3, 1], [8, 2], [4])[-1]
    assert model.fitted(other).model.past == (
        (1, 3, 5), (1, 2, 3, 5, 8), (1, 2, 3, 4, 5, 8)
    )  # fmt: skip
    earlier = pools(*BATCHES)[0]
    assert model.fitted(earlier).model.past == PAST[:1]


@pytest.mark.parametrize("classifier", [Chain, Once])
def test_a_trial_on_all_labelled_rows_is_what_the_acquisition_had(classifier):
    problem = a_problem()
    pool = pools(*BATCHES)[-1]
    rows = pool.labelled
    trial = learner(classifier).fit_batches(problem.X[rows], problem.y[rows], pool.bought_in[rows])
    assert trial.model.past == OnLabels(problem, learner(classifier)).fitted(pool).model.past


def test_a_fold_replays_the_batches_without_what_it_holds_out():
    problem = a_problem()
    pool = pools(*BATCHES)[-1]
    kept = np.setdiff1d(pool.labelled, [3, 9])
    fitted = learner().fit_batches(problem.X[kept], problem.y[kept], pool.bought_in[kept])
    assert fitted.model.past == ((1, 5), (1, 2, 5), (1, 2, 4, 5))


def test_one_class_at_the_start_is_no_beginning():
    y = np.zeros(N, dtype=int)
    y[9] = 1
    model = OnLabels(a_problem(y), learner())
    first, second, _ = pools(*BATCHES)
    assert model.fitted(first).model is None
    assert model.fitted(second).model.past == PAST[1:2]


def test_rows_to_judge_by_are_set_aside_before_resampling_and_handed_over():
    seen = {}

    class Judging:
        validation_share = 0.4

        def __init__(self, *_):
            pass

        def fit(self, X, y, held=None):
            seen.update(X=X, y=y, held=held)

    registry = Registry(classifiers={"it": Judging})
    over = Component("random_over", "random_over")
    it = Learner(Component("it", "it"), over, registry, 0, 1, 3)
    problem = a_problem(np.array([0] * 40 + [1] * 20))
    it.fit(problem.X, problem.y)
    held, fitted = set(seen["held"][0][:, 0]), set(seen["X"][:, 0])
    assert held
    assert not held & fitted
    assert held | fitted == set(range(N))
    assert len(seen["X"]) > len(fitted)  # rows of the rarer class more than once


def test_a_network_continues_unless_it_is_refitted_cold():
    for refit, wanted in (("cold", False), ("warm", True), ("keep_better", True)):
        assert does_continue(CLASSIFIERS["ffnn"], {"refit": refit}) is wanted
    assert not does_continue(CLASSIFIERS["ffnn"], {})
    assert not does_continue(CLASSIFIERS["random_forest"], {})


def test_a_model_that_continues_undeclared_is_not_taken_for_one_that_starts_anew():
    class Undeclared(Once):
        continues = True

    problem = a_problem()
    with pytest.raises(ValueError, match=r"does not declare it: put @continues\(\) of harness/"):
        learner(Undeclared).fit(problem.X, problem.y)


def test_a_declaration_names_parameters_that_there_are():
    with pytest.raises(ValueError, match="takes no refti"):
        continues(unless={"refti": "cold"})(lambda seed, threads, *, refit: (seed, threads, refit))
