"""Whole curves drawn again: all points of a repeat stay together, and so do all its methods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reports.interval import ENOUGH, LEVEL

DRAWS = 2_000
SEED = 20_260_102


def resampled_means(values: npt.NDArray[np.float64], draws: int = DRAWS) -> npt.NDArray[np.float64]:
    """Return means over repeats drawn with replacement, (draws, ...), of `values` (repeats, ...).

    One draw takes the same repeats for every point and method, so what is paired stays paired.
    The generator is seeded. NaN where a repeat has no value: no repeat is left out for it.
    """
    n = len(values)
    rng = np.random.default_rng(SEED)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
    flat = weights @ values.reshape(n, -1)
    means: npt.NDArray[np.float64] = flat.reshape(draws, *values.shape[1:])
    return means


def interval(
    values: npt.NDArray[np.float64], level: float = LEVEL
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the percentile interval of the mean over repeats, low and high, each (...).

    Efron 1979. NaN below five repeats. It is too short for few repeats (docs/metrics.md has its
    measured coverage), which is why leaderboards and bands use Student's.
    """
    if len(values) < ENOUGH:
        nothing = np.full(values.shape[1:], np.nan)
        return nothing, nothing
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(resampled_means(values), [tail, 100 - tail], axis=0)
    return low, high
