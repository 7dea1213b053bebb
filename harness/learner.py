"""What is fitted: a resampler and a classifier behind one door.

Decided here, for every classifier alike:

* Labels are numbered 0 .. k - 1 over the classes that the labelled rows hold; a class that is
  missing there has probability 0 and is never predicted.
* With one class only there is nothing to learn: the answer is that class, always. A study does
  not try (`OneClass`); an acquisition goes on, all candidates tie, and it buys in the pool's
  order until a second class turns up.
* A prediction is the likeliest class. A classifier without probabilities (svc) predicts by its
  own rule, and strategies see the softmax of its decision values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from harness.arrays import Classes, Features, Probabilities, Scores
from harness.cell import Component, Params
from harness.registry import Registry, lookup
from harness.resampling import Resample, Resampled

Decisions = npt.NDArray[np.float64]  # (n_rows, n_classes); -inf for a class not met


@dataclass(frozen=True)
class Learner:
    """A classifier and a resampler with their hyperparameters, not fitted yet."""

    classifier: Component
    resampler: Component
    registry: Registry = field(repr=False)
    seed: int
    threads: int
    n_classes: int

    def with_params(self, params: Params) -> Learner:
        """The learner with some `component.parameter`s changed."""

        def changed(component: Component, axis: str) -> Component:
            own = {
                name.removeprefix(f"{axis}."): value
                for name, value in params.items()
                if name.startswith(f"{axis}.")
            }
            return Component(component.name, component.label, {**component.params, **own})

        return Learner(
            changed(self.classifier, "classifier"),
            changed(self.resampler, "resampler"),
            self.registry,
            self.seed,
            self.threads,
            self.n_classes,
        )

    def fit(self, X: Features, y: Classes) -> Fitted:
        """Learn from labelled rows: (n_rows, n_features) and (n_rows,), in the caller's order."""
        classes, contiguous = np.unique(y, return_inverse=True)
        if len(classes) == 1:
            return Fitted(None, classes, self.n_classes, "{}")
        resample: Resample = lookup(self.registry.resamplers, self.resampler.name, "resampler")(
            self.seed, **self.resampler.params
        )
        resampled = resample(X, contiguous)
        model = lookup(self.registry.classifiers, self.classifier.name, "classifier")(
            self.seed, self.threads, **self.classifier.params
        )
        kept, again = np.unique(resampled.y, return_inverse=True)
        if len(kept) < len(classes):  # the rule of resamplers.py; the arrays would not line up
            raise ValueError(f"{self.resampler.name} lost a class that it was given")
        model.fit(resampled.X, again)
        return Fitted(model, classes, self.n_classes, _note(resampled, classes))


@dataclass(frozen=True)
class Fitted:
    """A fitted learner. Class columns are those of the problem, met or not."""

    model: Any  # None: one class only
    classes: Classes  # (n_met,), what the model's classes mean
    n_classes: int
    note: str  # JSON: what the resampler did

    def predict(self, X: Features) -> tuple[Classes, Probabilities | None]:
        """Classes (n_rows,) and, where the classifier has them, probabilities."""
        probabilities = self.probabilities(X)
        if probabilities is None:
            return self.classes[self.model.predict(X)], None
        return probabilities.argmax(axis=1), probabilities

    def probabilities(self, X: Features) -> Probabilities | None:
        """(n_rows, n_classes), 0 for a class not met; None if the classifier has none."""
        if self.model is None:
            return self._spread(np.ones((len(X), 1)), 0.0)
        if not hasattr(self.model, "predict_proba"):
            return None
        return self._spread(self.model.predict_proba(X), 0.0)

    def confidences(self, X: Features) -> Probabilities:
        """Probabilities, or in their place the softmax of decision values."""
        probabilities = self.probabilities(X)
        if probabilities is None:
            return np.asarray(softmax(self._decisions(X), axis=1))
        return probabilities

    def margins(self, X: Features) -> Scores:
        """The gap between the two best classes, of probabilities or of decision values."""
        values = self.probabilities(X)
        if values is None:
            values = self._decisions(X)
        second, best = np.partition(values, -2, axis=1)[:, -2:].T
        return np.asarray(best - second)

    def _decisions(self, X: Features) -> Decisions:
        values = self.model.decision_function(X)
        if values.ndim == 1:
            values = np.column_stack([-values, values])
        return self._spread(values, -np.inf)

    def _spread(self, columns: npt.NDArray[Any], absent: float) -> npt.NDArray[np.float64]:
        if columns.shape[1] == self.n_classes:
            return np.asarray(columns, dtype=np.float64)
        values = np.full((len(columns), self.n_classes), absent)
        values[:, self.classes] = columns
        return values


def _note(resampled: Resampled, classes: Classes) -> str:
    note: dict[str, Any] = {}
    if resampled.neighbours:
        note["neighbours"] = {int(classes[k]): int(n) for k, n in resampled.neighbours.items()}
    if resampled.left_alone:
        note["left_alone"] = [int(classes[k]) for k in resampled.left_alone]
    return json.dumps(note, sort_keys=True)
