"""The curve's fitted model, as scikit-activeml wants to see a classifier.

Imported only once a strategy of that library is asked: it imports the library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from skactiveml.base import SkactivemlClassifier

from harness.arrays import Features, Probabilities, Rows, Samples
from harness.errors import BadQuery
from harness.strategies.query import FittedModel

Known = tuple[Features, Rows]  # features as the library was given them, and the pool rows they are


class Answering(SkactivemlClassifier):  # type: ignore[misc]
    """Answers about the rows that the library was given, and no others; is never fitted."""

    def __init__(self, model: FittedModel, known: Sequence[Known], n_classes: int) -> None:
        """`known` are the sets of rows that the library may ask about, each as a whole."""
        super().__init__(classes=list(range(n_classes)))
        self.model = model
        self.known = known
        self.n_classes = n_classes
        self.classes_ = np.arange(n_classes)
        self.cost_matrix_ = 1 - np.eye(n_classes)

    def fit(self, *_: object) -> None:
        """Refuse: the strategy's query model was fitted by whoever asks."""
        raise BadQuery("a strategy of scikit-activeml wanted to fit the query model again")

    def predict_proba(self, X: Features, *, embed: bool = False) -> Any:
        """Class probabilities, (n_rows, n_classes); with `embed` the embedding behind them."""
        probabilities: Probabilities = self._of(X, self.model.probabilities)
        if not embed:
            return probabilities
        return probabilities, np.asarray(self._of(X, self.model.embedding), dtype=np.float64)

    def committee(self, X: Features, *, n: int, seed: int) -> Samples:
        """Probabilities of the members of its committee, (n_members, n_rows, n_classes)."""
        of_each: Samples = self._of(X, lambda rows: self.model.committee(rows, n, seed, _by_row))
        return of_each.swapaxes(0, 1)

    def _of(self, X: Features, ask: Callable[[Rows], Any]) -> Any:
        for features, rows in self.known:
            if features.shape == X.shape and np.array_equal(features, X):
                return ask(rows)
        raise BadQuery(f"a strategy of scikit-activeml asked about {len(X)} rows it was not given")


def _by_row(p: Samples) -> Samples:
    return p.swapaxes(0, 1)
