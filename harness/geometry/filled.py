"""A choice that may be short, made as long as it has to be."""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows


def filled(chosen: Rows, n_rows: int, n: int) -> Rows:
    """The first `n` of those chosen out of `n_rows`, and then of the others in their order.

    Fewer clusters than rows are wanted, or hardly any points that differ: nothing tells the rest
    apart.

    >>> filled(np.array([3, 0]), n_rows=5, n=4).tolist()
    [3, 0, 1, 2]
    """
    if len(chosen) >= n:
        return chosen[:n]
    is_left = np.ones(n_rows, dtype=np.bool_)
    is_left[chosen] = False
    return np.concatenate([chosen, np.flatnonzero(is_left)[: n - len(chosen)]])
