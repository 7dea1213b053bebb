"""Label where models that might as well be the fitted one disagree, each sure of itself.

Houlsby, Huszár, Ghahramani and Lengyel, "Bayesian active learning for classification and
preference learning", arXiv:1112.5745, 2011: equation 2; with dropout masks as the models: Gal,
Islam and Ghahramani, "Deep Bayesian active learning with image data", ICML 2017.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Probabilities, Rows, Samples, Scores
from harness.strategies.query import Query, asks_samples

CHUNK = 2**13  # candidates at a time: of 100 trees and 10 classes some 130 MB


@asks_samples
def bald(query: Query, n: int, *, samples: Annotated[int, Ge(2)] = 20) -> Rows:
    """Candidates with the most mutual information between their class and the model.

    The entropy of the mean prediction less the mean entropy: high where the models contradict each
    other, not where all find it hard. `samples` dropout masks of a network; all trees of a forest.
    """
    seed = int(query.rng.integers(2**31))
    gained = [
        _mutual_information(query.model.samples(query.candidates[at : at + CHUNK], samples, seed))
        for at in range(0, len(query.candidates), CHUNK)
    ]
    return query.lowest(-np.concatenate(gained), n)


def _mutual_information(p: Samples) -> Scores:
    """Of class and model, nats: (n_samples, n_rows, n_classes) to (n_rows,)."""
    return np.asarray(_entropy(p.mean(axis=0)) - np.mean([_entropy(of) for of in p], axis=0))


def _entropy(p: Probabilities) -> Scores:
    log_p = np.log(p, out=np.zeros_like(p), where=p > 0)  # 0 log 0 is 0
    return np.asarray(-(p * log_p).sum(axis=1))
