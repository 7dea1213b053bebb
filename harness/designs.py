"""Initial designs: which rows are labelled before anything is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.arrays import Features, Rows


def random(X: Features, n: int) -> Rows:  # noqa: ARG001 - a design may look at the features
    """The first `n` rows of the pool, which lies in random order."""
    return np.arange(n)


DESIGNS: dict[str, Callable[[Features, int], Rows]] = {
    "random": random,
}
