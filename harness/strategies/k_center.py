"""Label what is least like anything labelled: greedy k-center, the core-set of features.

Sener and Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR
2018, algorithm 1, on the scaled features (theirs: a network's last layer). Greedy farthest-first:
Gonzalez, "Clustering to minimize the maximum intercluster distance", TCS 38, 1985.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows
from harness.geometry.gaps import Distances, Gaps
from harness.strategies.query import Query


def k_center(query: Query, n: int) -> Rows:
    """Candidates farthest (Euclidean) from all labelled rows and from those chosen before them."""
    gaps = Gaps(query.X[query.candidates], query.X[query.labelled])
    free = np.ones(len(query.candidates), dtype=np.bool_)

    def of_free(gap: Distances) -> Distances:
        return np.where(free, gap, -np.inf)  # not again, also where all that is left has gap 0

    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        chosen[i] = query.lowest(-gaps.exact_at_the_top(of_free), 1)[0]
        at = int(np.searchsorted(query.candidates, chosen[i]))
        gaps.add(at)
        free[at] = False
    return chosen
