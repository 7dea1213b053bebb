"""Label where the whole distribution over classes is flattest.

Dagan and Engelson, "Committee-based sampling for training probabilistic classifiers", ICML 1995,
with one committee member; Shannon, "A mathematical theory of communication", 1948. In Settles,
"Active Learning Literature Survey", 2009, section 3.1: x_H.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Probabilities, Rows, Scores
from harness.strategies.query import Query


def entropy(query: Query, n: int) -> Rows:
    """Candidates with the highest entropy of their class probabilities."""
    return query.lowest_of(_negative_entropy, n)


def _negative_entropy(p: Probabilities) -> Scores:
    log_p = np.log(p, out=np.zeros_like(p), where=p > 0)  # 0 log 0 is 0
    return np.asarray((p * log_p).sum(axis=1))
