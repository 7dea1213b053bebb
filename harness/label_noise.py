"""Labels as an analyst gives them who is now and then wrong."""

from __future__ import annotations

import numpy as np

from harness.arrays import Classes


def mistaken(y: Classes, n_classes: int, noise: float, rng: np.random.Generator) -> Classes:
    """`y`, (n_rows,), with each label wrong with probability `noise`: any other class, alike.

    Symmetric noise (Angluin and Laird, "Learning from noisy examples", Machine Learning 2, 1988,
    for two classes). Rows are drawn before classes: the same rows are wrong whatever the classes
    are taken to be, and those that are wrong with little noise are as wrong with more.

    >>> y = np.zeros(10_000, dtype=int)
    >>> np.bincount(mistaken(y, 3, 0.2, np.random.default_rng(0))).tolist()
    [7951, 1042, 1007]
    """
    is_wrong = rng.random(len(y)) < noise
    other = (y + rng.integers(1, n_classes, len(y))) % n_classes
    return np.where(is_wrong, other, y).astype(y.dtype)
