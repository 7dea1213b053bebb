"""The query model as a strategy gets to ask it: as `FittedModel` promises, and measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import bagging
from harness.answers import Answers
from harness.arrays import Classes, Features, Probabilities, Rows, Samples, Scores
from harness.errors import BadQuery
from harness.learner import Learner
from harness.strategies.query import Asked, FittedModel, RowScore, Summary


@dataclass(frozen=True)
class Fit:
    """Answers of a fitted learner, and what it was fitted on."""

    answers: Answers
    learner: Learner
    rows: Rows  # (n_labelled,), ascending
    y: Classes  # (n_labelled,)

    def committee(self, rows: Rows, n: int, seed: int, summary: Summary) -> npt.NDArray[Any]:
        """As `FittedModel.committee` says."""
        model = self.answers.fitted.model
        if model is None or hasattr(model, "samples"):
            return self.answers.of_samples(rows, n, seed, summary)
        X = self.answers.problem.X[self.rows]
        members = bagging.bagged(self.learner, X, self.y, n, seed)
        return self.answers.of_others(rows, lambda X: bagging.samples(members, X), summary)

    def with_labels(self, rows: Rows, classes: Classes) -> Fit:
        """As `FittedModel.with_labels` says."""
        problem = self.answers.problem
        rows, classes = np.asarray(rows), np.asarray(classes)
        if len(again := np.intersect1d(rows, self.rows)):
            raise BadQuery(f"already labelled: rows {again[:5].tolist()}")
        if len(np.unique(rows)) != len(rows):
            raise BadQuery(f"each row has one label: rows {np.sort(rows)[:10].tolist()}")
        if len(classes) != len(rows) or not np.isin(classes, range(problem.n_classes)).all():
            raise BadQuery(
                f"{len(rows)} rows want as many classes from 0 to {problem.n_classes - 1}, "
                f"got {classes[:5].tolist()}"
            )
        both = np.r_[self.rows, rows]
        order = np.argsort(both, kind="stable")
        y = np.r_[self.y, classes][order]
        before = self.answers.fitted if self.learner.continues else None
        fitted = self.learner.fit(problem.X[both[order]], y, before)
        return Fit(Answers.of_few(fitted, problem), self.learner, both[order], y)


class QueryModel:
    """What a strategy gets to ask: no label not bought, and no test row, is within reach."""

    def __init__(self, fit: Fit, took: list[float]) -> None:
        """`took` is filled with the seconds of whatever is asked, one by one."""

        # `fit` is no attribute: a strategy could follow it to where the labels lie.
        def ask(question: Callable[[Fit], Any]) -> Any:
            started = perf_counter()
            answer = question(fit)
            took.append(perf_counter() - started)
            return answer

        self._ask = ask
        self._took = took

    def probabilities(self, rows: Rows) -> Probabilities:
        """As `FittedModel` says; so all of them."""
        return np.asarray(self._ask(lambda fit: fit.answers.confidences(rows)))

    def margins(self, rows: Rows) -> Scores:
        """Gaps."""
        return np.asarray(self._ask(lambda fit: fit.answers.margins(rows)))

    def scores(self, score: RowScore, rows: Rows, n: int, of: Asked) -> Scores:
        """Of which the lowest are exact."""
        return np.asarray(self._ask(lambda fit: fit.answers.scores(score, rows, n, of)))

    def embedding(self, rows: Rows) -> Features:
        """Hidden features."""
        return np.asarray(self._ask(lambda fit: fit.answers.embedding(rows)))

    def samples(self, rows: Rows, n: int, seed: int) -> Samples:
        """Of models that might as well be it."""
        return np.asarray(self._ask(lambda fit: fit.answers.samples(rows, n, seed)))

    def committee(self, rows: Rows, n: int, seed: int, summary: Summary) -> npt.NDArray[Any]:
        """What a committee's answers come to."""
        return np.asarray(self._ask(lambda fit: fit.committee(rows, n, seed, summary)))

    def with_labels(self, rows: Rows, classes: Classes) -> FittedModel:
        """The model as it would be; its seconds count as this one's."""
        return QueryModel(self._ask(lambda fit: fit.with_labels(rows, classes)), self._took)
