"""Clusters of points by k-means, the same on any number of threads.

Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28, 1982, from centres drawn
as Arthur and Vassilvitskii did ("k-means++", SODA 2007), once. For many clusters in mini-batches:
Sculley, "Web-scale k-means clustering", WWW 2010.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.arrays import Rows
from harness.geometry.points import Points
from harness.geometry.single_threaded import single_threaded

ITERATIONS = 20  # of Lloyd's: what comes after moves the centres little, and takes as long
BATCH = 4096  # points of a mini-batch

Weights = npt.NDArray[np.float64]  # (n_points,)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which cluster each point is in; some may be empty."""

    of: Rows  # (n_points,)
    centres: npt.NDArray[np.float64]  # (n_clusters, n_features)

    def nearest_to_centres(self, points: Points) -> Rows:
        """The point nearest to the centre of its cluster, of each cluster that has any.

        Those of clusters with the most rows come first; among ties the first row decides.
        """
        away = ((points.X - self.centres[self.of]) ** 2).sum(axis=1)
        inwards = np.lexsort((points.first, away, self.of))
        _, at = np.unique(self.of[inwards], return_index=True)
        nearest = inwards[at]
        size = np.bincount(self.of, points.n_rows)[self.of[nearest]]
        return nearest[np.lexsort((points.first[nearest], -size))]


def k_means(points: Points, weights: Weights, k: int, seed: int) -> Clusters:
    """At most `k` clusters, of as many points or more, of which each counts by its weight."""
    from sklearn.cluster import KMeans, kmeans_plusplus

    k = min(k, len(points))
    with _alike_everywhere():
        centres, _ = kmeans_plusplus(
            points.X, k, sample_weight=weights, random_state=seed, n_local_trials=1
        )
        fitted = KMeans(k, init=centres, n_init=1, max_iter=ITERATIONS).fit(
            points.X, sample_weight=weights
        )
    return Clusters(fitted.labels_.astype(np.intp), fitted.cluster_centers_)


def mini_batch_k_means(points: Points, k: int, seed: int) -> Clusters:
    """At most `k` clusters of points, of which each counts by its rows."""
    from sklearn.cluster import MiniBatchKMeans

    k = min(k, len(points))
    with _alike_everywhere():
        fitted = MiniBatchKMeans(
            k, n_init=1, batch_size=BATCH, max_iter=ITERATIONS, random_state=seed
        ).fit(points.X, sample_weight=points.n_rows.astype(np.float64))
    return Clusters(fitted.labels_.astype(np.intp), fitted.cluster_centers_)


@contextmanager
def _alike_everywhere() -> Iterator[None]:
    """How many threads there are decides in which order centres are summed up."""
    from sklearn.exceptions import ConvergenceWarning

    with single_threaded(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # two centres may end up as one
        yield
