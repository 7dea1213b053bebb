"""One study: hyperparameters proposed, validated on labelled rows, tested.

What a trial is judged by are rows whose labels are paid for. The test set is scored beside it,
and read by nobody here: `propose` and the choice of the winner see validation scores only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from harness import schema
from harness.answers import Answers
from harness.arrays import Classes, Probabilities, Rows
from harness.cell import Params, Study
from harness.clock import UNLIMITED, Clock
from harness.cost import cost
from harness.errors import Hopeless, OneClass, RunFolderError
from harness.folds import Fold, folds
from harness.learner import Fitted, Learner
from harness.metrics import Ranked, confusion, has_answer, score
from harness.pool import Pool
from harness.problem import Problem
from harness.pruning import Earlier, Scores, hopeless
from harness.sampler import tpe
from harness.schema import Row, null_metrics
from harness.seeding import integer


@dataclass(frozen=True, slots=True)
class Judged:
    """What later proposals may know of a trial."""

    params: Params
    status: str
    value: float | None  # the validation metric
    folds: tuple[float, ...] = ()  # the same of each fold, where the study prunes

    @classmethod
    def of(cls, row: Row) -> Judged:
        """From a row of the trials table. Raises `RunFolderError` where it makes no sense."""
        return Stored.of(row).judged()


@dataclass(frozen=True, slots=True)
class Stored:
    """The same as it is stored: of a run's many trials few are looked into."""

    name: str  # of the trial, for messages
    params: str  # JSON
    status: str
    value: float | None
    folds: tuple[float, ...] = ()

    @classmethod
    def of(cls, row: Row) -> Stored:
        """From a row of the trials table. Raises `RunFolderError` where it makes no sense."""
        name = f"trial {row['number']} of study {row['study_id']}"
        try:
            value = row[f"val_{row['metric']}"]
            folds = tuple(row.get("fold_scores") or ())
            return cls(name, row["params"], row["status"], value, folds)
        except KeyError as error:
            raise _damaged(name) from error

    def judged(self) -> Judged:
        """What it says. Raises `RunFolderError` where its hyperparameters cannot be read."""
        try:
            return Judged(json.loads(self.params), self.status, self.value, self.folds)
        except json.JSONDecodeError as error:
            raise _damaged(self.name) from error


def _damaged(name: str) -> RunFolderError:
    return RunFolderError(f"{name} is damaged: its params or metric cannot be read")


def defaults(study: Study) -> Params:
    """The hyperparameters of trial 0, by component.parameter."""
    curve = study.acquisition.curve
    own = {"classifier": curve.classifier, "resampler": curve.resampler}
    return {name: own[(at := name.split(".", 1))[0]].params[at[1]] for name in study.space}


def propose(study: Study, earlier: Sequence[Judged]) -> Params:
    """The hyperparameters of trial `len(earlier)`: a function of the study and its past alone."""
    number = len(earlier)
    if number == 0:
        return defaults(study)
    acquisition = study.acquisition
    curve, setting = acquisition.curve, acquisition.setting
    seed = integer(
        setting.seed,
        "sampler",
        curve.dataset.name,
        curve.classifier.name,
        curve.resampler.name,
        acquisition.repeat,
        number,
    )
    lower = setting.tuning.metric in schema.LOWER_IS_BETTER
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optimisation = optuna.create_study(
        sampler=tpe(seed, setting.tuning.startup), direction="minimize" if lower else "maximize"
    )
    known = [judged for judged in earlier if set(judged.params) == set(study.space)]
    optimisation.add_trials([_told(study, judged) for judged in known])
    return dict(optimisation.ask(fixed_distributions=dict(study.space)).params)


def _told(study: Study, judged: Judged) -> FrozenTrial:
    if judged.status == "pruned":
        return create_trial(
            state=TrialState.PRUNED,
            params=dict(judged.params),
            distributions=dict(study.space),
            intermediate_values={len(judged.folds): fmean(judged.folds)},
        )
    is_scored = judged.status == "done" and judged.value is not None
    return create_trial(
        state=TrialState.COMPLETE if is_scored else TrialState.FAIL,
        value=judged.value if is_scored else None,
        params=dict(judged.params),
        distributions=dict(study.space),
    )


class Bench:
    """The rows of one study, prepared once: labelled, folds or holdout, test."""

    def __init__(self, study: Study, problem: Problem, pool: Pool) -> None:
        """`pool` is as the budget left it. Raises `OneClass`, `CannotValidate`."""
        self.study = study
        self.problem = problem
        self.labelled = labelled = pool.labelled
        self.bought_in = pool.bought_in[labelled]
        self.holdout = pool.holdout
        met = np.unique(problem.y[labelled])
        if len(met) == 1:
            raise OneClass(f"all {len(labelled)} labelled rows are of one class, number {met[0]}")
        setting = study.acquisition.setting
        self.folds: list[Fold] = []
        validation = study.validation
        if validation.method != "holdout":
            name, repeat = study.acquisition.curve.dataset.name, study.acquisition.repeat
            self.folds = folds(
                problem.y[labelled],
                problem.groups[labelled],
                validation.folds,
                integer(setting.seed, "folds", name, repeat),
            )
        if validation.method == "holdout_of_labelled":
            self.folds = self.folds[:1]

    def try_out(
        self, learner: Learner, clock: Clock = UNLIMITED, earlier: Sequence[Judged] = ()
    ) -> Row:
        """Validate, then fit on all labelled rows and test: the metric columns of a trial.

        Looks at the clock after every fit: raises `TooLong`, and whatever the learner raises;
        `Hopeless` where the study prunes, and what `earlier` trials had says so.
        """
        X, y = self.problem.X[self.labelled], self.problem.y[self.labelled]
        validated, scores = [], list[float]()
        for fit, held in self.folds:
            fitted = learner.fit_batches(X[fit], y[fit], self.bought_in[fit])
            validated.append(_scored(fitted, X[held], y[held]))
            clock.look()
            if self.study.pruning:
                scores.append(self._of_fold(validated[-1], learner.n_classes))
                self._go_on(scores, earlier)
        started = perf_counter()
        fitted = learner.fit_batches(X, y, self.bought_in)
        fit_s = perf_counter() - started
        clock.look()
        if not self.folds:
            held = self.holdout
            validated = [_scored(fitted, self.problem.X[held], self.problem.y[held])]
        values = _validation_metrics(validated, learner.n_classes)
        kept = {"fold_scores": scores if self.study.pruning else None}
        return {**values, **kept, **tested(Answers(fitted, self.problem)), "fit_s": fit_s}

    def _of_fold(self, scored: _Scored, n_classes: int) -> float:
        """The metric that decides, on one fold alone; NaN where it has none there."""
        values = _validation_metrics([scored], n_classes)
        value = values[f"val_{self._metric}"]
        return np.nan if value is None else float(value)

    def _go_on(self, scores: Scores, earlier: Sequence[Judged]) -> None:
        """Raise `Hopeless` for a trial, not the first one, that need not go on."""
        if not earlier or not (rule := self.study.pruning):
            return
        known = [
            Earlier(number, judged.folds, judged.status == "done")
            for number, judged in enumerate(earlier)
        ]
        lower = self._metric in schema.LOWER_IS_BETTER
        if why := hopeless(rule, scores, known, lower_is_better=lower):
            raise Hopeless(why, scores)

    @property
    def _metric(self) -> str:
        return self.study.acquisition.setting.tuning.metric


_Scored = tuple[Classes, Classes, Probabilities | None]  # true, predicted, probabilities


def _scored(fitted: Fitted, X: Any, y: Classes) -> _Scored:
    return y, *fitted.predict(X)


def _validation_metrics(parts: Sequence[_Scored], n_classes: int) -> Row:
    """One score over the rows of all folds together; none if a fold's model answers nothing.

    A fold of ten rows has no macro-F1 worth averaging; all rows out of fold have one.
    """
    if not all(has_answer(found) for _, _, found in parts):
        return null_metrics("val")
    probabilities = [p for _, _, p in parts if p is not None]
    together = np.concatenate(probabilities) if len(probabilities) == len(parts) else None
    values = score(
        np.concatenate([y for y, _, _ in parts]),
        np.concatenate([predicted for _, predicted, _ in parts]),
        together,
        n_classes,
    )
    return {f"val_{name}": value for name, value in values.items()}


def tested(answers: Answers) -> Row:
    """Test columns: all test rows, those without a twin in the pool, and what the model costs."""
    fitted, problem = answers.fitted, answers.problem
    started = perf_counter()
    predicted, probabilities, of = answers.test()
    predict_s = perf_counter() - started
    return {
        **_test_scores(predicted, probabilities, of, problem),
        "n_test_novel": int(problem.is_novel.sum()),
        "resampling": fitted.note,
        "predict_s": predict_s,
        **cost(fitted, problem.test.X),
    }


def _test_scores(
    predicted: Classes, probabilities: Probabilities | None, of: Rows, problem: Problem
) -> Row:
    """Of answers, each test row's at `of`, (n_test,); all null where a row has none."""
    if not has_answer(probabilities, of):
        return {**null_metrics("test", "test_novel"), "confusion": None}

    ranked = None if probabilities is None else Ranked(probabilities)

    def scored(rows: Rows | slice) -> dict[str, float | None]:
        y = problem.y_test[rows]
        return score(y, predicted, ranked, problem.n_classes, of[rows])

    everywhere = scored(slice(None))
    elsewhere = scored(np.flatnonzero(problem.is_novel))
    matrix = confusion(problem.y_test, predicted[of], problem.n_classes)
    return {
        **{f"test_{name}": value for name, value in everywhere.items()},
        **{f"test_novel_{name}": value for name, value in elsewhere.items()},
        "confusion": matrix.tolist(),
    }


def status_of(values: Mapping[str, Any], metric: str) -> str:
    """`done`, or `degenerate` where the metric that decides has no value, or no test has one."""
    value = values[f"val_{metric}"]
    has_none = value is None or not np.isfinite(value)
    return "degenerate" if has_none else status_of_test(values)


def status_of_test(values: Mapping[str, Any]) -> str:
    """`done`, or `degenerate` where the model predicted nothing."""
    return "degenerate" if values["test_accuracy"] is None else "done"
