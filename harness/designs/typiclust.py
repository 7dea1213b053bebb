"""Begin with the most typical row of each cluster.

Hacohen, Dekel and Weinshall, "Active learning on a budget: opposite strategies suit high and low
budgets", ICML 2022: TypiClust with no labels yet: their initial pool selection.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Features, Rows
from harness.geometry.filled import filled
from harness.geometry.points import Points
from harness.geometry.typical import typical_rows


def typiclust(X: Features, n: int, *, rng: np.random.Generator) -> Rows:
    """The rows in the thick of `n` clusters, up to 500; that of the largest cluster first."""
    is_free = np.ones(len(X), dtype=np.bool_)
    return filled(typical_rows(Points.of_rows(X), is_free, n, rng), len(X), n)
