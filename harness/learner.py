"""What is fitted: a resampler and a classifier behind one door.

Decided here, for every classifier alike:

* Labels are numbered 0 .. k - 1 over the classes that the labelled rows hold; a class that is
  missing there has probability 0 and is never predicted.
* With one class only there is nothing to learn: the answer is that class, always. A study does
  not try (`OneClass`); an acquisition goes on, all candidates tie, and it buys in the pool's
  order until a second class turns up.
* A classifier may ask for rows to judge itself by while it learns (`validation_share`): a part of
  the labelled rows, set aside before resampling. It may declare that it goes on from what it was
  in the round before (`classifiers/continues.py`): it is then fitted on the batches one after
  another, whoever asks for it.
* A prediction is the likeliest class. A classifier without probabilities (svc) predicts by its
  own rule, and strategies see the softmax of its decision values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from harness.arrays import Classes, Features, Probabilities, Rounds, Samples, Scores
from harness.cell import Component, Params
from harness.classifiers.continues import does_continue
from harness.held_back import Digests, digests, held_back
from harness.registry import Registry, lookup
from harness.resampling import Resample, Resampled
from harness.strategies.margin import gap

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

    @cached_property
    def continues(self) -> bool:
        """Whether a fit goes on from the fit on the batches before."""
        make = lookup(self.registry.classifiers, self.classifier.name, "classifier")
        return does_continue(make, self.classifier.params)

    def fit(self, X: Features, y: Classes, before: Fitted | None = None) -> Fitted:
        """Learn from labelled rows: (n_rows, n_features) and (n_rows,), in the caller's order.

        `before` is the fit on the rows without the last batch, for a learner that continues.
        """
        classes, contiguous = np.unique(y, return_inverse=True)
        if len(classes) == 1:
            return Fitted(None, classes, self.n_classes, "{}")
        model = self._classifier()
        more: dict[str, Any] = {}
        seen: Digests | None = None
        if share := getattr(model, "validation_share", 0.0):
            rows = digests(X, self.seed)
            held = held_back(rows, contiguous, share, before.seen if before else None)
            if held.any():
                more["held"] = X[held], contiguous[held]
            X, contiguous, seen = X[~held], contiguous[~held], rows[~held]
        if before is not None and before.model is not None:
            more["before"] = before.model
        resampled = self._resample(X, contiguous)
        kept, again = np.unique(resampled.y, return_inverse=True)
        if len(kept) < len(classes):  # the rule of resamplers.py; the arrays would not line up
            raise ValueError(f"{self.resampler.name} lost a class that it was given")
        model.fit(resampled.X, again, **more)
        return Fitted(model, classes, self.n_classes, _note(resampled, classes), seen)

    def fit_batches(self, X: Features, y: Classes, bought_in: Rounds) -> Fitted:
        """Learn from rows bought in the rounds `bought_in`, (n_rows,): one by one if need be.

        A learner that does not continue is fitted once, on all of them.
        """
        if not self.continues:
            return self.fit(X, y)
        fitted: Fitted | None = None
        for number in np.unique(bought_in):
            so_far = bought_in <= number
            fitted = self.fit(X[so_far], y[so_far], fitted)
        if fitted is None:
            raise ValueError("no rows to learn from")
        return fitted

    def _classifier(self) -> Any:
        make = lookup(self.registry.classifiers, self.classifier.name, "classifier")
        model = make(self.seed, self.threads, **self.classifier.params)
        if getattr(model, "continues", False) and not self.continues:
            raise ValueError(
                f"{self.classifier.name} makes models that have `continues`, and does not declare "
                f"it: put @continues() of harness/classifiers/continues.py on the factory"
            )
        return model

    def _resample(self, X: Features, y: Classes) -> Resampled:
        make = lookup(self.registry.resamplers, self.resampler.name, "resampler")
        resample: Resample = make(self.seed, **self.resampler.params)
        return resample(X, y)


@dataclass(frozen=True)
class Fitted:
    """A fitted learner. Class columns are those of the problem, met or not."""

    model: Any  # None: one class only
    classes: Classes  # (n_met,), what the model's classes mean
    n_classes: int
    note: str  # JSON: what the resampler did
    seen: Digests | None = None  # rows that it was trained on, where others judged it

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
            return self.likened(self.model.decision_function(X))
        return probabilities

    def decisions(self, X: Features) -> Decisions:
        """What margins are taken of: probabilities, or in their place decision values."""
        probabilities = self.probabilities(X)
        if probabilities is None:
            return self.spread(self.model.decision_function(X))
        return probabilities

    def margins(self, X: Features) -> Scores:
        """The gap between the two best classes, of probabilities or of decision values."""
        return gap(self.decisions(X))

    def likened(self, values: Decisions) -> Probabilities:
        """What stands for probabilities where there are decision values: their softmax."""
        return np.asarray(softmax(self.spread(values), axis=1))

    def spread(self, values: Decisions) -> Decisions:
        """Decision values as scikit-learn gives them, by class of the problem."""
        if values.ndim == 1:
            values = np.column_stack([-values, values])
        return self._spread(values, -np.inf)

    def embedding(self, X: Features) -> Features:
        """What the classifier makes of rows before it decides, (n_rows, n_units).

        The last hidden layer of a network; the features themselves where there is none.
        """
        if not hasattr(self.model, "embed"):
            return X
        return np.asarray(self.model.embed(X))

    def samples(self, X: Features, n: int, seed: int) -> Samples:
        """Probabilities of `n` models that might as well be it, (n, n_rows, n_classes).

        Of a network under dropout, of a forest's trees. With one class met, all agree on it.
        Raises `AttributeError` for a classifier that has none.
        """
        if self.model is None:
            return self._spread(np.ones((len(X), 1)), 0.0)[None]
        drawn = self.model.samples(X, n, seed)
        if drawn.shape[2] == self.n_classes:
            return np.asarray(drawn, dtype=np.float64)
        return np.stack([self._spread(sample, 0.0) for sample in drawn])

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
