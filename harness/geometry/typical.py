"""The most typical point of each cluster: the one in the thick of it.

Hacohen, Dekel and Weinshall, "Active learning on a budget: opposite strategies suit high and low
budgets", ICML 2022: TypiClust.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.arrays import Mask, Rows
from harness.geometry.clusters import k_means, mini_batch_k_means
from harness.geometry.points import Points
from harness.geometry.single_threaded import single_threaded

FEW = 50  # clusters, beyond which they are made in mini-batches, as the authors do
MOST_CLUSTERS = 500  # the authors' bound for most of their data
SMALL = 5  # rows: smaller clusters come last
NEIGHBOURS = 20
SAMPLED = 4096  # points of a larger cluster among which its typical ones are sought


def typical_rows(X: Points, is_free: Mask, n: int, rng: np.random.Generator) -> Rows:
    """Up to `n` free rows, (n_chosen,), one of each of as many clusters as rows are labelled then.

    `is_free`, (n_rows,), is False for labelled rows. Clusters with the fewest labelled rows come
    first, the largest before others; those of fewer than 5 rows last. There are 500 at most: if all
    have had their turn, they have another. Fewer than `n` where fewer points are free.
    """
    n_labelled = int((~is_free).sum())
    seed = int(rng.integers(2**31))
    k = min(n_labelled + n, MOST_CLUSTERS)
    if k <= FEW:
        found = k_means(X, X.n_rows.astype(np.float64), k, seed).of
    else:
        found = mini_batch_k_means(X, k, seed).of
    free, rows = X.among(is_free)
    row_of = np.full(len(X), -1, dtype=np.intp)
    row_of[free] = rows
    ranked = [
        _by_typicality(X, cluster, row_of, rng) for cluster in _in_order(X, found, is_free, n)
    ]
    turns = max((len(points) for points in ranked), default=0)
    chosen = [
        points[turn] for turn in range(min(turns, n)) for points in ranked if turn < len(points)
    ]
    return row_of[np.array(chosen[:n], dtype=np.intp)]


def _in_order(X: Points, found: Rows, is_free: Mask, n: int) -> list[Rows]:
    """The points of at most `n` clusters with free ones, in the order of their turns."""
    n_clusters = int(found.max()) + 1
    size = np.bincount(found, X.n_rows, n_clusters).astype(np.intp)
    n_labelled = np.bincount(found[X.of[~is_free]], minlength=n_clusters)
    first = np.full(n_clusters, len(X.of))
    np.minimum.at(first, found, X.first)
    order = np.lexsort((first, -size, n_labelled, size < SMALL))
    has_free = np.bincount(found[X.of[is_free]], minlength=n_clusters) > 0
    members = np.split(np.argsort(found, kind="stable"), np.cumsum(np.bincount(found))[:-1])
    return [members[i] for i in order[has_free[order]][:n]]


def _by_typicality(X: Points, points: Rows, row_of: Rows, rng: np.random.Generator) -> Rows:
    """The free ones of a cluster's points, (n_free,), those in the thick of it first.

    By the mean distance to the 20 nearest neighbours, a row's twins among them. Of more than
    `SAMPLED` points as many are drawn, and only those are looked at.
    """
    if len(points) > SAMPLED:
        points = np.sort(rng.choice(points, SAMPLED, replace=False))
    away = _mean_distance(X.X[points], X.n_rows[points])
    is_free = row_of[points] >= 0
    points, away = points[is_free], away[is_free]
    return points[np.lexsort((row_of[points], -X.n_rows[points], away))]


def _mean_distance(
    X: npt.NDArray[np.float64], n_rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Of each point to its 20 nearest rows, or all, itself aside, (n_points,)."""
    from sklearn.neighbors import NearestNeighbors

    if len(X) == 1:
        return np.zeros(1)
    wanted = min(NEIGHBOURS, int(n_rows.sum()) - 1)
    k = min(NEIGHBOURS, len(X) - 1)
    with single_threaded():
        distances, near = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X).kneighbors()
    distances = np.column_stack([np.zeros(len(X)), distances])
    there = np.column_stack([n_rows - 1, n_rows[near]])
    before = np.cumsum(there, axis=1) - there
    counted = np.clip(wanted - before, 0, there)
    return np.asarray((distances * counted).sum(axis=1) / wanted)
