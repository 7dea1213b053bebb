"""Begin with a row of each cluster.

Kang, Ryu and Kwon, "Using cluster-based sampling to select initial training set for active
learning in text classification", PAKDD 2004, without their artificial examples.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Features, Rows
from harness.geometry.clusters import k_means as clusters_of
from harness.geometry.filled import filled
from harness.geometry.points import Points


def k_means(X: Features, n: int, *, rng: np.random.Generator) -> Rows:
    """The rows nearest to the centres of `n` clusters, that of the largest cluster first."""
    points = Points.of_rows(X)
    clusters = clusters_of(points, points.n_rows.astype(np.float64), n, int(rng.integers(2**31)))
    return filled(points.first[clusters.nearest_to_centres(points)], len(X), n)
