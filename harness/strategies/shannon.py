"""Entropy, for the strategies that need that of many distributions."""

from __future__ import annotations

import numpy as np

from harness.arrays import Probabilities, Scores


def shannon(p: Probabilities) -> Scores:
    """Entropy of each row, nats: (n_rows, n_classes) to (n_rows,); NaN where a probability is.

    >>> shannon(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4).tolist()
    [0.6931, -0.0]
    """
    terms = np.zeros_like(p)
    inside = (p != 0) & (p != 1)  # of a tree most are 0 or 1, and 0 log 0 is 0
    of = p[inside]
    terms[inside] = of * np.log(of)
    return np.asarray(-terms.sum(axis=1))
