"""Nearest neighbours that never ask for more rows than there are.

Imports scikit-learn; the factory in `knn.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Self

from sklearn.neighbors import KNeighborsClassifier

from harness.arrays import Classes, Features
from harness.classifiers.size import Size
from harness.fast.neighbours import Voting


class NeighboursAtMost(KNeighborsClassifier, Voting):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's, with `n_neighbors` set by `fit` to `most`, or to the number of rows.

    scikit-learn fits with too few rows, and raises only when it is asked to predict.
    """

    def __init__(self, most: int, *, weights: str, metric: str, n_jobs: int) -> None:
        super().__init__(n_neighbors=most, weights=weights, metric=metric, n_jobs=n_jobs)
        self.most = most

    def fit(self, X: Features, y: Classes) -> Self:
        """Remember the rows."""
        self.n_neighbors = min(self.most, len(X))
        super().fit(X, y)
        return self

    def labelled(self) -> tuple[Features, Classes] | None:
        """All rows that it remembers, and the numbers of their classes."""
        if self.weights != "uniform" or self.metric != "euclidean":
            return None
        return self._fit_X, self._y

    def size(self) -> Size:
        """The stored rows x features and their classes, and the distances to all of them.

        A tree that scikit-learn may have built over few features is an index: it takes more room
        and fewer distances, and the answer does not need it.
        """
        rows, classes = self._fit_X, self._y
        return Size(
            n_parameters=rows.size + classes.size,
            n_bytes=rows.nbytes + classes.nbytes,
            n_operations=rows.size,
        )
