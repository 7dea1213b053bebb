"""Label what is unlike anything labelled while little is, and what is uncertain later on.

Cardoso, Silva, Canuto, Moro and Gonçalves, "Ranked batch-mode active learning", Information
Sciences 379, 2017: score = alpha (1 - similarity) + (1 - alpha) uncertainty, with
alpha the unlabelled share of all rows, and similarity 1 / (1 + distance) to the nearest row that
is labelled or chosen. On the scaled features.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows, Scores
from harness.geometry.gaps import Distances, Gaps
from harness.strategies.query import Query


def ranked_batch(query: Query, n: int) -> Rows:
    """Candidates that are far from all that is labelled or chosen, and uncertain, one by one.

    Uncertainty is 1 - the largest probability. In a large pool alpha stays near 1, so distance
    decides nearly alone: so it is published. NaN counts as certain.
    """
    unsure = np.nan_to_num(1 - query.probabilities.max(axis=1))
    gaps = Gaps(query.X[query.candidates], query.X[query.labelled])
    n_labelled, n_free = len(query.labelled), len(query.candidates)
    free = np.ones(n_free, dtype=np.bool_)
    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        alpha = (n_free - i) / (n_free + n_labelled)

        def score(gap: Distances, alpha: float = alpha) -> Scores:
            unlike = 1 - 1 / (1 + np.sqrt(gap))
            return np.where(free, alpha * unlike + (1 - alpha) * unsure, -np.inf)

        chosen[i] = query.lowest(-gaps.exact_at_the_top(score), 1)[0]
        at = int(np.searchsorted(query.candidates, chosen[i]))
        gaps.add(at)
        free[at] = False
    return chosen
