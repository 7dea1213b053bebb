"""The methods that cannot be told from the best one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reports.interval import ENOUGH, LEVEL
from reports.ranks.bands import STEADY, critical_t


def best_set(
    scores: npt.NDArray[np.float64], overlap: float = 0.0, level: float = LEVEL
) -> npt.NDArray[np.bool_] | None:
    """Return which methods may be the best, (methods,), of `scores` (repeats, methods).

    A method stays unless some other is better than it by more than c errors of their paired
    difference, with c such that the truly best method stays with probability `level` (subset
    selection, Gupta 1965; multiple comparisons with the best, Hsu 1981; c by `critical_t`, one-
    sided, each method against all others). `overlap` is Nadeau and Bengio's (`paired`).

    None below five repeats and where a score is missing: nothing can be said.
    """
    n, k = scores.shape
    if n < ENOUGH or np.isnan(scores).any():
        return None
    stays = np.ones(k, dtype=np.bool_)
    for method in range(k):
        gains = np.delete(scores, method, axis=1) - scores[:, [method]]
        stays[method] = not _is_beaten(gains, overlap, level)
    return stays


def _is_beaten(gains: npt.NDArray[np.float64], overlap: float, level: float) -> bool:
    """Whether some column of `gains` (repeats, others) is above zero, all looked at at once."""
    from scipy.stats import t as law

    n, k = gains.shape
    if not k:
        return False
    mean, spread = gains.mean(axis=0), gains.std(axis=0, ddof=1)
    error = np.sqrt(1 / n + overlap) * spread
    steady = spread <= STEADY  # the same difference in every repeat: no test
    largest = np.max(np.where(steady, -np.inf, mean / np.where(steady, 1.0, error)))
    # Most are decided by bounds of c, which cost nothing: one test alone, and Bonferroni's.
    if largest <= law.ppf(level, n - 1):
        return False
    if largest > law.ppf(1 - (1 - level) / k, n - 1):
        return True
    return bool(largest > critical_t(gains, level, both=False))
