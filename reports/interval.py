"""How sure a mean over repeats is: one rule for every table and plot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ENOUGH = 5  # repeats; fewer say too little about their own spread for an interval to mean much
LEVEL = 0.95


def half_width(std: npt.ArrayLike, n: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Half the width of the 95 % Student-t interval of a mean; NaN below five repeats.

    `std` (...,): sample standard deviations (n - 1 below the line), in the metric's unit;
    `n` (...,): repeats. t(0.975; n - 1) * std / sqrt(n), pointwise (Student 1908). The repeats
    share one data file, so this is the spread over splits and pool orders, not over data sets.

    >>> half_width([0.1, 0.1], [4, 5]).round(4).tolist()
    [nan, 0.1242]
    """
    from scipy.stats import t

    count = np.asarray(n, dtype=np.float64)
    enough = count >= ENOUGH
    safe = np.where(enough, count, ENOUGH)
    width = t.ppf((1 + LEVEL) / 2, safe - 1) * np.asarray(std, dtype=np.float64) / np.sqrt(safe)
    return np.where(enough, width, np.nan)
