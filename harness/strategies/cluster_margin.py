"""Label uncertain rows from many clusters in turn, small clusters first.

Citovsky, DeSalvo, Gentile, Karydas, Rajagopalan, Rostamizadeh and Kumar, "Batch active learning at
scale", NeurIPS 2021: Cluster-Margin, with two differences. They cluster the whole pool once, which
takes memory by its square; here the candidates with the smallest margins are clustered, each round
anew. They cut the tree of clusters at a distance, which hangs on the features' scale; here at a
number of clusters.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Rows
from harness.at_most import at_most
from harness.geometry.points import Points
from harness.strategies.fill import fill
from harness.strategies.jointly import jointly
from harness.strategies.least_certain import least_certain
from harness.strategies.query import Query

MOST = 10_000  # points that are clustered: all their distances take 0.4 GiB, twice


@jointly
@at_most(batch=MOST)
def cluster_margin(
    query: Query,
    n: int,
    *,
    beta: Annotated[int, Ge(1)] = 10,
    rows_per_cluster: Annotated[int, Ge(1)] = 20,
) -> Rows:
    """Candidates drawn from clusters of the `beta` × `n` least certain ones, in turn.

    The clusters, by average linkage of what the classifier makes of the rows (the last hidden
    layer of a network, otherwise the scaled features), have `rows_per_cluster` rows on average.
    Equal rows count as one, and at most 10,000 are clustered, however large `beta` × `n` is.
    """
    points = least_certain(query, min(beta * n, MOST))
    clusters = _clusters(query, points, max(len(points) // rows_per_cluster, 1))
    order = query.rng.permutation(len(points))
    return fill(query, points.first[order[_in_turn(clusters[order])]], n)


def _clusters(query: Query, points: Points, k: int) -> Rows:
    """The cluster of each point, (n_points,)."""
    from scipy.cluster.hierarchy import cut_tree, linkage

    if len(points) == 1:
        return np.zeros(1, dtype=np.intp)
    X = query.model.embedding(query.candidates[points.first])
    tree = linkage(np.asarray(X, dtype=np.float64), "average")
    return np.asarray(cut_tree(tree, n_clusters=[k])[:, 0], dtype=np.intp)


def _in_turn(clusters: Rows) -> Rows:
    """Positions, (n_points,): the first of each cluster, then the second ones, and so on.

    Each time the smallest cluster first; among equally large ones, the one met first.
    """
    _, met, of, size = np.unique(
        clusters, return_index=True, return_inverse=True, return_counts=True
    )
    grouped = np.argsort(of, kind="stable")
    turn = np.empty(len(of), dtype=np.intp)
    turn[grouped] = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    return np.lexsort((met[of], size[of], turn))
