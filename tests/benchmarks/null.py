"""Components of `null_trials.py`: a classifier that learns nothing, so that all work is ours."""

from __future__ import annotations

import numpy as np

from harness.classifiers.size import Size


class Null:
    """The class that is met most often, for every row."""

    def __init__(self, parameter: float) -> None:
        self.parameter = parameter

    def fit(self, X, y):  # noqa: ARG002 - what a classifier takes
        self.classes_, counts = np.unique(y, return_counts=True)
        self.share = counts / counts.sum()
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[self.share.argmax()])

    def predict_proba(self, X):
        return np.tile(self.share, (len(X), 1))

    def size(self):
        return Size(len(self.share), self.share.nbytes, 0)


def null(seed: int, threads: int, *, parameter: float = 0.5):  # noqa: ARG001 - what factories take
    """A classifier that learns nothing."""
    return Null(parameter)


COMPONENTS = {"classifiers": {"null": null}}
