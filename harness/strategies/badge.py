"""Label rows that would move the last layer most, each in another direction.

Ash, Zhang, Krishnamurthy, Langford and Agarwal, "Deep batch active learning by diverse, uncertain
gradient lower bounds", ICLR 2020, algorithm 1; the seeding is that of k-means++ (Arthur and
Vassilvitskii, SODA 2007).
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Features, Probabilities, Rows, Scores
from harness.strategies.query import Query


def badge(query: Query, n: int) -> Rows:
    """Candidates drawn by k-means++ among the gradients that their likeliest labels would give.

    The gradient of the cross-entropy in the last layer's weights is (p - e) h^T, with p the
    probabilities, e the likeliest class, h what that layer reads: the last hidden layer of a
    network; for other classifiers the features, as if they ended in a linear layer. The first is
    the longest one. Where all that is left is like what was chosen, the pool's order decides. NaN
    counts as certain.
    """
    pull = query.probabilities.copy()
    pull[np.arange(len(pull)), pull.argmax(axis=1)] -= 1
    pull[np.isnan(pull).any(axis=1)] = 0.0
    hidden = np.asarray(query.model.embedding(query.candidates), dtype=np.float64)
    length = (pull**2).sum(axis=1) * (hidden**2).sum(axis=1)
    chosen = [int(np.argmax(length))]
    gap = _to(chosen[0], pull, hidden, length)
    while len(chosen) < n:
        gap[chosen[-1]] = 0.0
        total = gap.sum()
        if np.isfinite(total) and total > 0:
            chosen.append(int(query.rng.choice(len(gap), p=gap / total)))
        else:
            free = np.delete(np.arange(len(gap)), chosen)
            query.ties.append(len(free) / len(gap))
            chosen.append(int(free[0]))
        gap = np.minimum(gap, _to(chosen[-1], pull, hidden, length))
    return query.candidates[chosen]


def _to(at: int, pull: Probabilities, hidden: Features, length: Scores) -> Scores:
    """Squared distance of every gradient to that of row `at`, (n,).

    The outer products are never built: <a b^T, c d^T> = <a, c> <b, d>.
    """
    inner = (pull @ pull[at]) * (hidden @ hidden[at])
    return np.asarray(np.maximum(length + length[at] - 2 * inner, 0.0))
