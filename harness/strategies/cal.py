"""Label what is like labelled rows, and predicted otherwise: contrastive active learning.

Margatina, Vernikos, Barrault and Aletras, "Active learning by acquiring contrastive examples",
EMNLP 2021, algorithm 1: the mean Kullback-Leibler divergence from the prediction for a candidate's
nearest labelled neighbours to that for the candidate. Neighbours are sought in what the classifier
makes of the rows: the last hidden layer of a network, otherwise the scaled features.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Probabilities, Rows
from harness.geometry.single_threaded import single_threaded
from harness.strategies.query import Query

CHUNK = 2**14  # candidates at a time
LEAST = 1e-7  # probability: forests say 0, which a divergence cannot have


def cal(query: Query, n: int, *, neighbours: Annotated[int, Ge(1)] = 10) -> Rows:
    """Candidates whose prediction diverges most from their labelled neighbours', mean over those.

    Probabilities are at least 1e-7 here, and sum to 1 again.
    """
    from sklearn.neighbors import NearestNeighbors

    labelled = _positive(query.model.probabilities(query.labelled))
    predicted = _positive(query.probabilities)
    order = (labelled * np.log(labelled)).sum(axis=1)  # minus the entropy of each
    X = np.asarray(query.model.embedding(query.labelled), dtype=np.float64)
    k = min(neighbours, len(X))
    nearest = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    divergence = np.empty(len(query.candidates))
    for start in range(0, len(divergence), CHUNK):
        at = slice(start, start + CHUNK)
        own = np.asarray(query.model.embedding(query.candidates[at]), dtype=np.float64)
        with single_threaded():
            near = nearest.kneighbors(own, return_distance=False)
        mean = labelled[near].mean(axis=1)
        divergence[at] = order[near].mean(axis=1) - (mean * np.log(predicted[at])).sum(axis=1)
    return query.lowest(-divergence, n)


def _positive(p: Probabilities) -> Probabilities:
    p = np.maximum(p, LEAST)
    return np.asarray(p / p.sum(axis=1, keepdims=True))
