"""The nearest labelled rows vote."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def knn(
    seed: int,  # noqa: ARG001 - every factory takes one; nothing here is random
    threads: int,
    *,
    n_neighbors: int = 5,
    weights: Literal["uniform", "distance"] = "uniform",
    metric: Literal["euclidean", "manhattan"] = "euclidean",
) -> Classifier:
    """The k nearest neighbours vote; all rows while there are fewer than `n_neighbors`.

    Distances take features as they come: use a scaler.

    Cover and Hart, "Nearest neighbor pattern classification", IEEE Trans. Inf. Theory 13, 1967.
    """
    from harness.classifiers.neighbours_at_most import NeighboursAtMost

    return NeighboursAtMost(most=n_neighbors, weights=weights, metric=metric, n_jobs=threads)
