"""Label where the two likeliest classes are hardest to tell apart.

Scheffer, Decomain and Wrobel, "Active hidden Markov models for information extraction", IDA 2001.
In Settles, "Active Learning Literature Survey", 2009, section 3.1: x_M. For a classifier without
probabilities the gap is that of decision values, with two classes the distance to the boundary:
Tong and Koller, "Support vector machine active learning", JMLR 2, 2001.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.arrays import Rows, Scores
from harness.strategies.query import Query


def margin(query: Query, n: int) -> Rows:
    """Candidates with the smallest gap between their two best classes."""
    return query.lowest_of(gap, n, of="decisions")


def gap(values: npt.NDArray[np.float64]) -> Scores:
    """Between the two largest of each row, (n_rows,), of (n_rows, n_classes)."""
    second, best = np.partition(values, -2, axis=1)[:, -2:].T
    return np.asarray(best - second)
