"""Label one row of each cluster of the candidates: a batch that looks like all of them.

Xu, Akella and Zhang, "Incorporating diversity and density in active learning for relevance
feedback", ECIR 2007, and Zhdanov, "Diverse mini-batch active learning", arXiv:1901.05954, 2019,
without their weights. On the scaled features; no model needed.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows
from harness.geometry.clusters import k_means as clusters_of
from harness.geometry.points import Points
from harness.strategies.fill import fill
from harness.strategies.jointly import jointly
from harness.strategies.query import Query


@jointly
def k_means(query: Query, n: int) -> Rows:
    """Candidates nearest to the centres of `n` clusters of all candidates, largest cluster first.

    Where that gives fewer than `n` different rows, the pool's order decides about the others.
    """
    points = Points.of_rows(query.X[query.candidates])
    seed = int(query.rng.integers(2**31))
    clusters = clusters_of(points, points.n_rows.astype(np.float64), n, seed)
    return fill(query, points.first[clusters.nearest_to_centres(points)], n)
