from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from harness.cell import (
    Acquisition,
    Component,
    Curve,
    Labelling,
    Setting,
    Split,
    Study,
    Tuning,
    Validation,
)
from harness.errors import CannotValidate, OneClass
from harness.learner import Learner
from harness.pool import Pool
from harness.problem import Distinct, Problem
from harness.registry import Registry
from harness.schema import METRICS, null_metrics
from harness.study import Bench, Judged, defaults, propose, status_of

SPACE = {
    "C": FloatDistribution(0.01, 100.0, log=True),
    "gamma_scale": FloatDistribution(0.1, 10.0),
    "class_weight": CategoricalDistribution([None, "balanced"]),
}
CURVE = Curve(
    Component("npz", "data"),
    Component("svc", "svc", {"C": 1.0, "gamma_scale": 1.0, "class_weight": None}, space=SPACE),
    Component("none", "none"),
    Component("smote", "smote", {"k_neighbors": 5}, space={"k_neighbors": IntDistribution(1, 9)}),
    Component("margin", "margin"),
)


def study(
    strategy="margin", budget=100, curve=CURVE, metric="macro_f1", validation=None, startup=5
):
    tuning = Tuning(
        20, metric, validation or Validation("cross_validation", folds=4), "defaults", startup
    )
    setting = Setting(
        1, Split("stratified", 0.2), Labelling(50, "random", 50), tuning, "float32", 1
    )
    curve = replace(curve, strategy=Component(strategy, strategy))
    return Study(Acquisition(curve, 0, setting, (budget,)), budget)


def value_of(params):
    """A made-up validation score, best at C = 10."""
    return -abs(np.log10(params["classifier.C"]) - 1) - params["resampler.k_neighbors"] / 100


def row(of, number, params, status="done"):
    """A row as it comes back from the table: through JSON."""
    metric = of.acquisition.setting.tuning.metric
    value = value_of(params) if status == "done" else None
    kept = {
        "study_id": of.id,
        "number": number,
        "params": params,
        "metric": metric,
        "status": status,
    }
    kept = {**null_metrics("val"), **kept, f"val_{metric}": value}
    kept["params"] = json.dumps(params, sort_keys=True)
    return json.loads(json.dumps(kept))


def trials(of, n, statuses=None, resumed=False):
    """The hyperparameters of `n` trials; with `resumed`, every one after a new start."""
    told, found = [], []
    for number in range(n):
        if resumed:
            status = (statuses or {}).get
            told = [Judged.of(row(of, i, p, status(i, "done"))) for i, p in enumerate(found)]
        found.append(propose(of, told))
        status = (statuses or {}).get(number, "done")
        told.append(Judged(found[-1], status, value_of(found[-1]) if status == "done" else None))
    return found


def test_trial_0_has_the_defaults():
    assert (
        propose(study(), [])
        == defaults(study())
        == {
            "classifier.C": 1.0,
            "classifier.gamma_scale": 1.0,
            "classifier.class_weight": None,
            "resampler.k_neighbors": 5,
        }
    )


@pytest.mark.parametrize("statuses", [None, {2: "failed", 7: "degenerate", 8: "timeout"}])
def test_a_resumed_study_proposes_what_an_uninterrupted_one_would(statuses):
    of = study()
    whole = trials(of, 13, statuses)
    assert trials(of, 13, statuses, resumed=True) == whole
    assert len({json.dumps(p) for p in whole}) == 13


def test_start_up_trials_are_those_of_every_strategy_and_budget():
    one = trials(study(), 5)
    assert trials(study(strategy="random", budget=500), 5) == one
    assert trials(study(metric="log_loss"), 5) == one


def test_start_up_trials_hang_on_seed_repeat_and_components():
    one = study()
    setting = replace(one.acquisition.setting, seed=2)
    for other in (
        replace(one, acquisition=replace(one.acquisition, repeat=1)),
        replace(one, acquisition=replace(one.acquisition, setting=setting)),
        study(curve=replace(CURVE, dataset=Component("libsvm", "data"))),
    ):
        assert trials(other, 3)[1:] != trials(one, 3)[1:]


def test_beyond_the_start_scores_decide():
    of = study(startup=4)
    told = [Judged(params, "done", value_of(params)) for params in trials(of, 6)]
    flat = [replace(judged, value=0.5 - i / 100) for i, judged in enumerate(told)]
    assert propose(of, told) != propose(of, flat)


@pytest.mark.parametrize("status", ["failed", "degenerate", "timeout", "oom", "crashed"])
def test_a_trial_that_did_not_end_well_is_no_score(status):
    of = study(startup=3)
    told = [Judged(params, "done", value_of(params)) for params in trials(of, 6)]
    good = replace(told[2], value=9.0)
    failed = replace(told[2], status=status, value=None)
    assert propose(of, [*told[:2], failed, *told[3:]]) != propose(of, [*told[:2], good, *told[3:]])
    all_failed = [replace(judged, status=status, value=None) for judged in told]
    assert propose(of, all_failed) == propose(replace_startup(of, 99), told)


def replace_startup(of, startup):
    tuning = replace(of.acquisition.setting.tuning, startup=startup)
    setting = replace(of.acquisition.setting, tuning=tuning)
    return replace(of, acquisition=replace(of.acquisition, setting=setting))


def test_the_lowest_log_loss_is_the_best():
    def told(of, sign):
        space = [propose(of, [])] + [
            {**propose(of, []), "classifier.C": float(c)} for c in (0.02, 0.1, 1, 5, 20, 50, 80, 99)
        ]
        return [Judged(p, "done", sign * abs(np.log10(p["classifier.C"]) - 1)) for p in space]

    lower, higher = study(metric="log_loss", startup=3), study(startup=3)
    assert propose(lower, told(lower, 1)) == propose(higher, told(higher, -1))


RNG = np.random.default_rng(0)
N = 80


def a_problem(y=None, groups=None, n_classes=3):
    y = RNG.integers(0, 3, N) if y is None else np.asarray(y)
    X = RNG.normal(size=(N, 3)) + y[:, None]
    X[:, 0] = np.arange(N)  # so that a spy sees which rows it is given
    groups = np.arange(N) if groups is None else np.asarray(groups)
    X_test = RNG.normal(size=(40, 3))
    X_test[:, 0] = 1000 + np.arange(40)
    y_test = np.arange(40) % 3
    return Problem(
        X=X,
        y=y,
        groups=groups,
        pool=Distinct.rows(X, groups),
        test=Distinct.rows(X_test, np.arange(40)),
        y_test=y_test,
        is_novel=np.arange(40) >= 10,
        n_classes=n_classes,
    )


class Spy:
    """Remembers the rows that it was fitted on."""

    fitted_on: list

    def __init__(self, seed, threads):
        from harness.classifiers import CLASSIFIERS

        self.inner = CLASSIFIERS["naive_bayes"](seed, threads)

    def fit(self, X, y):
        type(self).fitted_on.append(X[:, 0].astype(int).tolist())
        self.inner.fit(X, y)

    def predict_proba(self, X):
        return self.inner.predict_proba(X)


def tried(of, labelled, n_holdout=0, problem=None, rounds=1):
    """The values of a trial on rows bought in so many rounds, and the rows of each fit."""
    spy = type("FreshSpy", (Spy,), {"fitted_on": []})
    problem = problem or a_problem()
    none = Component("none", "none")
    registry = Registry(classifiers={"it": spy})
    learner = Learner(Component("it", "it"), none, registry, 0, 1, problem.n_classes)
    pool = Pool.unlabelled_of(N, n_holdout)
    for batch in np.array_split(np.asarray(labelled), rounds):
        pool = pool.label(batch, len(batch))
    bench = Bench(of, problem, pool)
    return bench.try_out(learner), spy.fitted_on


def test_cross_validation_fits_on_labelled_rows_and_scores_each_out_of_fold_once():
    values, fits = tried(study(), np.arange(0, 60, 2))
    assert len(fits) == 5
    assert fits[-1] == list(range(0, 60, 2))
    left_out = [set(range(0, 60, 2)) - set(fit) for fit in fits[:-1]]
    assert sorted(row for rows in left_out for row in rows) == list(range(0, 60, 2))
    assert values["val_accuracy"] * 30 == pytest.approx(round(values["val_accuracy"] * 30))


def test_held_out_rows_validate_and_are_never_fitted_on():
    of = study(validation=Validation("holdout", rows=20))
    values, fits = tried(of, np.arange(30), n_holdout=20)
    assert fits == [list(range(30))]
    assert values["val_accuracy"] * 20 == pytest.approx(round(values["val_accuracy"] * 20))


def test_a_holdout_of_labelled_rows_is_one_fold_of_them():
    of = study(validation=Validation("holdout_of_labelled", folds=4))
    _, fits = tried(of, np.arange(60))
    assert len(fits) == 2
    assert len(fits[0]) == pytest.approx(45, abs=3)
    assert fits[1] == list(range(60))


def test_a_classifiers_own_validation_goes_before_the_sweeps():
    own = replace(CURVE.classifier, validation=Validation("holdout_of_labelled", folds=3))
    of = study(curve=replace(CURVE, classifier=own))
    _, fits = tried(of, np.arange(60))
    assert len(fits) == 2
    assert of.id != study().id
    assert of.acquisition.id == study().acquisition.id


def test_twins_are_never_on_both_sides():
    groups = np.arange(N) // 2
    _, fits = tried(study(), np.arange(60), problem=a_problem(groups=groups))
    for fit in fits[:-1]:
        held = sorted(set(range(60)) - set(fit))
        assert not set(groups[fit]) & set(groups[held])


def test_folds_are_those_of_every_trial_strategy_and_budget():
    problem = a_problem(y=np.arange(N) % 3)
    _, one = tried(study(), np.arange(40), problem=problem)
    _, two = tried(study(strategy="random", budget=500), np.arange(40), problem=problem)
    assert one == two


def test_every_metric_is_given_on_all_test_rows_and_on_those_without_a_twin():
    values, _ = tried(study(), np.arange(60))
    for prefix in ("val", "test", "test_novel"):
        assert {name for name in METRICS if values[f"{prefix}_{name}"] is not None} == set(METRICS)
    assert values["n_test_novel"] == 30
    assert np.sum(values["confusion"]) == 40
    assert values["test_accuracy"] == np.trace(values["confusion"]) / 40


def test_one_class_cannot_be_studied():
    with pytest.raises(OneClass, match="all 50 labelled rows are of one class, number 2"):
        tried(study(), np.arange(50), problem=a_problem(y=[2] * 50 + [0, 1] * 15))


def test_rows_that_are_all_alike_cannot_be_validated():
    with pytest.raises(CannotValidate):
        tried(study(), np.arange(10), problem=a_problem(groups=[0] * N))


@pytest.mark.parametrize(
    ("value", "status"), [(0.5, "done"), (None, "degenerate"), (float("nan"), "degenerate")]
)
def test_a_trial_without_the_score_that_decides_is_degenerate(value, status):
    assert status_of({"val_mcc": value, "test_accuracy": 1.0}, "mcc") == status


def test_a_trial_that_predicts_nothing_of_the_test_rows_is_degenerate():
    assert status_of({"val_mcc": 0.5, "test_accuracy": None}, "mcc") == "degenerate"
