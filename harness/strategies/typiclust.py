"""Label the most typical row of each cluster that has no label: for the first few labels.

Hacohen, Dekel and Weinshall, "Active learning on a budget: opposite strategies suit high and low
budgets", ICML 2022: TypiClust, on the scaled features (theirs: self-supervised ones).
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows
from harness.geometry.points import Points
from harness.geometry.typical import typical_rows
from harness.strategies.fill import fill
from harness.strategies.jointly import jointly
from harness.strategies.query import Query


@jointly
def typiclust(query: Query, n: int) -> Rows:
    """Candidates in the thick of the largest clusters without a label.

    There are as many clusters as there will be labels, up to 500. Typical is a small mean distance
    to the 20 nearest neighbours in the cluster. No model needed.
    """
    rows = np.concatenate([query.candidates, query.labelled])
    is_free = np.arange(len(rows)) < len(query.candidates)
    return fill(query, typical_rows(Points.of_rows(query.X[rows]), is_free, n, query.rng), n)
