"""Begin with any rows."""

from __future__ import annotations

import numpy as np

from harness.arrays import Features, Rows


def random(X: Features, n: int) -> Rows:  # noqa: ARG001 - a design may look at the features
    """The first `n` rows of the pool, which lies in random order."""
    return np.arange(n)
