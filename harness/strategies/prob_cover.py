"""Label rows whose surroundings hold the most of what nothing labelled is near: ProbCover.

Yehuda, Dekel, Hacohen and Weinshall, "Active learning through a covering lens", NeurIPS 2022,
its radius included; on the scaled features (theirs: self-supervised ones).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from annotated_types import Ge, Gt, Le, Lt

from harness.arrays import Rows
from harness.geometry.clusters import k_means
from harness.geometry.gaps import upper_bounds
from harness.geometry.points import Points
from harness.strategies.query import Query

CHUNK = 2**20  # distances held at once: 8 MiB
LOOKED_AT = 2000  # points that the radius is found on
SEED = 0  # of clusters that the radius hangs on: it is one for all rounds

Matrix = npt.NDArray[np.float64]


def prob_cover(
    query: Query,
    n: int,
    *,
    delta: Annotated[float, Gt(0)] | None = None,
    purity: Annotated[float, Gt(0), Lt(1)] = 0.95,
    sample: Annotated[int, Ge(1), Le(20_000)] = 4000,
) -> Rows:
    """Candidates with the most rows within `delta` that are not within it of a label, one by one.

    Rows are counted among `sample` candidates drawn at random, so that memory and time grow with
    the pool and not with its square; in a smaller pool, among all. Without a `delta` it is the
    largest at which a share `purity` of balls hold points of one cluster only, of as many k-means
    clusters as there are classes, on 2,000 different rows. No model needed.
    """
    points = Points.of_rows(query.X[np.concatenate([query.candidates, query.labelled])])
    is_free = np.arange(len(points.of)) < len(query.candidates)
    if delta is None:
        delta = radius(points.X[:LOOKED_AT], query.n_classes, purity)
    drawn = np.flatnonzero(is_free)
    if len(drawn) > sample:
        drawn = query.rng.choice(drawn, sample, replace=False)
    seen, n_rows = np.unique(points.of[drawn], return_counts=True)
    labelled = query.X[query.labelled].astype(np.float64)
    is_left = ~_inside(labelled, points.X[seen], delta).any(axis=1)
    seen, n_rows = seen[is_left], n_rows[is_left]
    inside = _inside(points.X, points.X[seen], delta)
    is_covered = np.zeros(len(seen), dtype=np.bool_)
    gain = np.zeros(len(points), dtype=np.int64)
    for i in range(len(seen)):
        gain += n_rows[i] * _bits(inside[i], len(points))
    taken = np.zeros(len(query.candidates), dtype=np.bool_)
    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        scores = np.where(taken, np.inf, -gain[points.of[: len(taken)]])
        chosen[i] = query.lowest(scores, 1)[0]
        at = int(np.searchsorted(query.candidates, chosen[i]))
        taken[at] = True
        point = points.of[at]
        covers = (inside[:, point // 8] >> (7 - point % 8)) & 1
        for j in np.flatnonzero(covers.astype(np.bool_) & ~is_covered):
            gain -= n_rows[j] * _bits(inside[j], len(points))
            is_covered[j] = True
    return chosen


def radius(X: Matrix, n_classes: int, purity: float) -> float:
    """The largest distance at which a share `purity` of balls around points hold one cluster.

    Of different rows, (n_rows, n_features). Half the smallest distance between clusters, if even
    that is too large for many; 0 if there is one row only.
    """
    points = Points.of_rows(X)
    of = k_means(points, np.ones(len(points)), n_classes, SEED).of
    away = np.full(len(points), np.inf)
    for cluster in np.unique(of):
        others = points.X[of != cluster]
        if len(others):
            away[of == cluster] = upper_bounds(points.X[of == cluster], others)
    away = np.sort(np.sqrt(np.maximum(away, 0.0)))
    if not np.isfinite(away[0]):
        return 0.0
    # A ball of radius r is pure if no other cluster is within r of its middle.
    n_impure = np.searchsorted(away, away, side="right")
    pure_enough = away[1 - n_impure / len(away) >= purity]
    return float(pure_enough[-1] if len(pure_enough) else away[0] / 2)


def _inside(X: Matrix, centres: Matrix, delta: float) -> npt.NDArray[np.uint8]:
    """Which points are within `delta` of each centre, in bits, (n_centres, n_points / 8)."""
    step = max(CHUNK // max(len(centres), 1) // 8, 1) * 8
    of_centres = np.einsum("ij,ij->i", centres, centres) - delta**2
    parts = [np.zeros((len(centres), 0), dtype=np.uint8)]
    for start in range(0, len(X), step):
        own = X[start : start + step]
        product = (2 * centres) @ own.T
        product -= np.einsum("ij,ij->i", own, own)
        parts.append(np.packbits(product >= of_centres[:, None], axis=1))
    return np.concatenate(parts, axis=1)


def _bits(packed: npt.NDArray[np.uint8], n: int) -> npt.NDArray[np.uint8]:
    return np.unpackbits(packed, count=n)
