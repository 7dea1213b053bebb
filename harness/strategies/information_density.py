"""Label what is uncertain and like much else: outliers are uncertain, too, and teach little.

Settles and Craven, "An analysis of active learning strategies for sequence labeling tasks", EMNLP
2008, section 3.4: information density, with entropy and cosine similarity. The mean of a row's
cosine with all candidates is its product with the mean of their unit vectors, so that no pair of
rows is ever looked at.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Features, Rows, Scores
from harness.strategies.query import Query
from harness.strategies.shannon import shannon


def information_density(query: Query, n: int, *, beta: Annotated[float, Ge(0)] = 1.0) -> Rows:
    """Candidates with the most entropy × (mean cosine similarity to all candidates) ^ `beta`.

    A negative mean counts as 0: the paper's features are not negative, and scalers such as
    `standard` make some that are. Scale with `min_max` to have it as published.
    """
    entropy = shannon(query.probabilities)
    density = np.maximum(_mean_cosine(query.X[query.candidates]), 0.0)
    return query.lowest(-entropy * density**beta, n)


def _mean_cosine(X: Features) -> Scores:
    """Of each row with all rows, itself included, (n_rows,); a row of zeros is like nothing."""
    unit = X.astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", unit, unit))
    unit /= np.where(length > 0, length, 1.0)[:, None]
    # Not by the BLAS, where equal rows may differ in the last bit, and would not tie.
    return np.asarray(np.einsum("ij,j->i", unit, unit.mean(axis=0)))
