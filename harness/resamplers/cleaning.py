"""What a cleaning method leaves, if it may not take the last row of a class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.arrays import Rows
from harness.resampling import Resampled


def cleaned(before: Resampled, kept: Rows) -> Resampled:
    """The rows `kept` of `before`, in their order there, and all rows of classes that lost all.

    >>> before = Resampled(np.eye(4), np.array([0, 0, 1, 2]), left_alone=(2,))
    >>> after = cleaned(before, np.array([0, 3]))
    >>> after.y.tolist(), after.left_alone
    ([0, 1, 2], (1, 2))
    """
    keep = np.zeros(len(before.y), dtype=bool)
    keep[kept] = True
    lost = np.setdiff1d(before.y, before.y[keep])
    keep |= np.isin(before.y, lost)
    return replace(
        before,
        X=before.X[keep],
        y=before.y[keep],
        left_alone=tuple(sorted({*before.left_alone, *lost.tolist()})),
    )
