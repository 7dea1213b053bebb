"""Label where even the likeliest class is unlikely.

Lewis and Gale, "A sequential algorithm for training text classifiers", SIGIR 1994; for more than
two classes: Culotta and McCallum, "Reducing labeling effort for structured prediction tasks", AAAI
2005. In Settles, "Active Learning Literature Survey", 2009, section 3.1: x_LC.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Probabilities, Rows, Scores
from harness.strategies.query import Query


def least_confidence(query: Query, n: int) -> Rows:
    """Candidates whose best class has the lowest probability."""
    return query.lowest_of(_confidence, n)


def _confidence(p: Probabilities) -> Scores:
    return np.asarray(p.max(axis=1))
