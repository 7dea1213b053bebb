"""Label flows whose characteristics are rare among the flows that have a label.

A reconstruction, and for the most part ours. Mahdi and Khadhim, "Enhancing IoT security: a deep
learning and active learning approach to intrusion detection", Journal of Robotics and Control,
compare with a system that they cite as [21]: naive Bayes that chooses by flow characteristics, set
against least confidence, from 5 % of the training set on, best near 10 %, with an AUC of up to
0.90. How it chooses is not said there, and we have not found the paper itself. Taken over: that the
features of a flow decide instead of a classifier's confidence, and that features count one by one,
as naive Bayes has it. Ours: the score, a histogram per feature (as Goldstein and Dengel,
"Histogram-based outlier score (HBOS)", KI 2012, for outliers) of the labelled flows, and that a
batch counts as labelled while it is chosen.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from annotated_types import Ge, Le

from harness.arrays import Features, Rows
from harness.strategies.query import Query

DIGITS = 9  # the order of addition decides about those after them
Bins = npt.NDArray[np.uint8]  # (n_features, n_rows)


def flow_characteristics(
    query: Query, n: int, *, bins: Annotated[int, Ge(2), Le(255)] = 10
) -> Rows:
    """Candidates with the least likely values, feature by feature, among what has a label.

    A feature's values fall into at most `bins` bins with equally many pool rows, or more where many
    share a value. A row's score is the sum over features of the logarithm of
    1 + the number of labelled rows in the same bin: what Laplace's estimate of its probability
    comes to. No model is asked. 16 MB for 400,000 rows of 40 features, and one pass over them per
    row chosen.
    """
    of = _bins(query.X, bins)
    counts = [np.bincount(column, minlength=bins + 1) for column in of[:, query.labelled]]
    of = np.ascontiguousarray(of[:, query.candidates])
    score = np.zeros(len(query.candidates))
    for column, count in zip(of, counts, strict=True):
        score += np.log1p(count)[column]
    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        chosen[i] = query.lowest(score.round(DIGITS), 1)[0]
        at = np.searchsorted(query.candidates, chosen[i])
        for column, count in zip(of, counts, strict=True):
            bin_ = column[at]
            count[bin_] += 1
            score += np.where(column == bin_, np.log1p(count[bin_]) - np.log1p(count[bin_] - 1), 0)
        score[at] = np.inf  # not again
    return chosen


def _bins(X: Features, bins: int) -> Bins:
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    found = np.empty((X.shape[1], len(X)), dtype=np.uint8)
    for j in range(X.shape[1]):
        column = np.ascontiguousarray(X[:, j])
        cuts = np.unique(np.quantile(column, inner, method="lower"))
        # A value on a cut belongs to the bin below.
        found[j] = np.searchsorted(cuts, column, "left")
    return found
