"""A file of components, as a sweep names it: a tree, and what may be wrong with a classifier."""

import ctypes
import re

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

STEP_BYTES = 20 * 2**20
_held: list[np.ndarray] = []


class _Allocates(DecisionTreeClassifier):
    def fit(self, _X, _y):
        while True:
            _held.append(np.ones(STEP_BYTES, dtype=np.uint8))


class _Loops(DecisionTreeClassifier):
    def fit(self, _X, _y):
        re.match(r"(a+)+$", "a" * 64 + "b")  # in C, with Python's lock, for ages


class _Segfaults(DecisionTreeClassifier):
    def fit(self, _X, _y):
        ctypes.string_at(0)


class _Raises(DecisionTreeClassifier):
    def fit(self, _X, _y):
        raise ValueError("this data is not to my taste")


class _NanProbabilities(DecisionTreeClassifier):
    def predict_proba(self, X):
        return np.full((len(X), self.n_classes_), np.nan)


class _NanClasses(ClassifierMixin, BaseEstimator):
    def __init__(self, random_state: int = 0, max_depth: int = 5):
        self.random_state, self.max_depth = random_state, max_depth

    def fit(self, _X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), np.nan)


def _of(kind):
    def make(seed: int, _threads: int, *, max_depth: int = 5):
        return kind(random_state=seed, max_depth=max_depth)

    make.__doc__ = f"As its name says: {kind.__name__}."
    return make


COMPONENTS = {
    "classifiers": {
        "allocates": _of(_Allocates),
        "loops": _of(_Loops),
        "segfaults": _of(_Segfaults),
        "raises": _of(_Raises),
        "nan_probabilities": _of(_NanProbabilities),
        "nan_classes": _of(_NanClasses),
    }
}
