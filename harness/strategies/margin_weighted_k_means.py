"""Label one row of each cluster of what is uncertain, nearer to what is more so.

Zhdanov, "Diverse mini-batch active learning", arXiv:1901.05954, 2019: take the
beta × n candidates with the smallest margins, cluster them by k-means weighted by 1 - margin, and
label those nearest to the centres. On the scaled features.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Rows
from harness.geometry.clusters import k_means
from harness.strategies.fill import fill
from harness.strategies.jointly import jointly
from harness.strategies.least_certain import least_certain
from harness.strategies.query import Query

LEAST = 1e-6  # weight: what is certain still has a place, if hardly any pull


@jointly
def margin_weighted_k_means(query: Query, n: int, *, beta: Annotated[int, Ge(1)] = 10) -> Rows:
    """Candidates nearest to the centres of `n` clusters of the `beta` × `n` least certain ones.

    Rows that are equal count as one of those, with the weight of all. The weights are of
    probabilities also for a classifier without them (svc: the softmax of its decision values).
    """
    points = least_certain(query, beta * n)
    second, best = np.partition(query.probabilities[points.first], -2, axis=1)[:, -2:].T
    weights = points.n_rows * np.maximum(np.nan_to_num(1 - (best - second)), LEAST)
    clusters = k_means(points, weights, n, int(query.rng.integers(2**31)))
    return fill(query, points.first[clusters.nearest_to_centres(points)], n)
