"""Label what is least like anything labelled: greedy k-center, the core-set of features.

Sener and Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR
2018, algorithm 1, on the scaled features (theirs: a network's last layer). Greedy farthest-first:
Gonzalez, "Clustering to minimize the maximum intercluster distance", TCS 38, 1985.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.arrays import Features, Rows
from harness.strategies.query import Query

CHUNK = 2**22  # distances held at once: 32 MiB


def k_center(query: Query, n: int) -> Rows:
    """Candidates farthest (Euclidean) from all labelled rows and from those chosen before them."""
    X = query.X[query.candidates]
    gap = _nearest(X, query.X[query.labelled])
    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        chosen[i] = query.lowest(-gap, 1)[0]
        at = np.searchsorted(query.candidates, chosen[i])
        gap = np.minimum(gap, _nearest(X, X[at : at + 1]))
        gap[at] = -np.inf  # not again, also where all that is left equals something labelled
    return chosen


def _nearest(X: Features, centres: Features) -> npt.NDArray[np.float64]:
    """Squared distance of each row to the nearest centre, (n_rows,); equal rows give exactly 0."""
    from scipy.spatial.distance import cdist

    step = max(CHUNK // len(centres), 1)
    parts = [
        cdist(X[start : start + step], centres, "sqeuclidean").min(axis=1)
        for start in range(0, len(X), step)
    ]
    return np.concatenate(parts)
