"""SMOTE, then a cleaning of what it mixed up."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resamplers.cleaning import cleaned
from harness.resamplers.smote import smote
from harness.resampling import Resample, Resampled


def smote_enn(seed: int, *, k_neighbors: int = 5, enn_neighbors: int = 3) -> Resample:
    """SMOTE, then edited nearest neighbours: rows go unless all their neighbours agree.

    Real rows go as well as new ones. `k_neighbors` is SMOTE's, shrunk for small classes as there;
    `enn_neighbors` is how many must agree, at most all other rows. A class that would lose its
    every row, as one of a single row always would, keeps them all, and is recorded.

    Batista, Prati and Monard, "A study of the behavior of several methods for balancing machine
    learning training data", SIGKDD Explorations 6, 2004; Wilson, 1972, for the editing.
    """
    grow = smote(seed, k_neighbors=k_neighbors)

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.under_sampling import EditedNearestNeighbours

        grown = grow(X, y)
        editor = EditedNearestNeighbours(
            sampling_strategy="all",
            n_neighbors=min(enn_neighbors, len(grown.y) - 1),
            kind_sel="all",
        )
        editor.fit_resample(grown.X, grown.y)
        return cleaned(grown, editor.sample_indices_)

    return resample
