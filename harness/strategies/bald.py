"""Label where models that might as well be the fitted one disagree, each sure of itself.

Houlsby, Huszár, Ghahramani and Lengyel, "Bayesian active learning for classification and
preference learning", arXiv:1112.5745, 2011: equation 2; with dropout masks as the models: Gal,
Islam and Ghahramani, "Deep Bayesian active learning with image data", ICML 2017.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Rows, Samples, Scores
from harness.strategies.query import Query, asks_samples
from harness.strategies.shannon import shannon


@asks_samples
def bald(query: Query, n: int, *, samples: Annotated[int, Ge(2)] = 20) -> Rows:
    """Candidates with the most mutual information between their class and the model.

    The entropy of the mean prediction less the mean entropy: high where the models contradict each
    other, not where all find it hard. `samples` dropout masks of a network; all trees of a forest.
    """
    seed = int(query.rng.integers(2**31))
    gained = query.model.committee(query.candidates, samples, seed, mutual_information)
    return query.lowest(-gained, n)


def mutual_information(p: Samples) -> Scores:
    """Of class and model, nats: (n_samples, n_rows, n_classes) to (n_rows,)."""
    return np.asarray(shannon(p.mean(axis=0)) - np.mean([shannon(of) for of in p], axis=0))
