"""Begin with rows that are far from each other.

Greedy farthest-first: Gonzalez, "Clustering to minimize the maximum intercluster distance", TCS
38, 1985, begun in the middle.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Features, Rows
from harness.geometry.gaps import Distances, Gaps


def k_center(X: Features, n: int) -> Rows:
    """The row nearest to the mean, then whichever is farthest (Euclidean) from those before it."""
    middle = X.mean(axis=0, dtype=np.float64)
    chosen = [int(((X - middle) ** 2).sum(axis=1).argmin())]
    gaps = Gaps(X, X[chosen])
    free = np.ones(len(X), dtype=np.bool_)

    def of_free(gap: Distances) -> Distances:
        return np.where(free, gap, -np.inf)  # not again, also where all that is left has gap 0

    while len(chosen) < n:
        free[chosen[-1]] = False
        chosen.append(int(gaps.exact_at_the_top(of_free).argmax()))
        gaps.add(chosen[-1])
    return np.array(chosen)
