"""Label where even the likeliest class is unlikely.

Lewis and Gale, "A sequential algorithm for training text classifiers", SIGIR 1994; for more than
two classes: Culotta and McCallum, "Reducing labeling effort for structured prediction tasks", AAAI
2005. In Settles, "Active Learning Literature Survey", 2009, section 3.1: x_LC.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Probabilities, Rows, Scores
from harness.strategies.query import Query

FEW = 16  # classes: numpy's `max` of rows as short as these takes several times as long


def least_confidence(query: Query, n: int) -> Rows:
    """Candidates whose best class has the lowest probability."""
    return query.lowest_of(_confidence, n)


def _confidence(p: Probabilities) -> Scores:
    if p.shape[1] > FEW:
        return np.asarray(p.max(axis=1))
    best = p[:, 0].copy()
    for of_class in p.T[1:]:
        np.maximum(best, of_class, out=best)
    return best
