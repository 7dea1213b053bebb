"""Two methods on one dataset, paired by repeat: the same split and the same order of the pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.interval import ENOUGH
from reports.ranks.bands import STEADY
from reports.ranks.power import LEVEL, Power

STEADY_DIFFERENCE = "the difference is the same in every repeat"


@dataclass(frozen=True)
class Paired:
    """The differences of one method and another over the repeats that both have."""

    n: int  # repeats that both have
    n_missing: int  # repeats that only one of them has
    mean: float  # of the differences; NaN without any
    wins: int  # repeats on which the first is better
    ties: int
    losses: int
    low: float  # of the interval of the mean; NaN below five repeats
    high: float
    p: float  # of the corrected resampled t-test; NaN: not tested
    why: str  # there is no p-value; "" where there is one


def paired(
    one: npt.NDArray[np.float64],
    other: npt.NDArray[np.float64],
    overlap: float | None,
    level: float = LEVEL,
) -> Paired:
    """Compare the scores of two methods by repeat, (repeats,); NaN where one has none.

    The corrected resampled t-test of Nadeau and Bengio 2003, "Inference for the generalization
    error", Machine Learning 52: t = mean / sqrt((1 / n + overlap) variance) with n - 1 degrees of
    freedom, and the interval that goes with it. `overlap` is test rows / pool rows (`overlap_of`);
    None: repeats are no random splits, so there is neither. Repeats that one of both lacks are
    left out, counted, and take test and interval away: what is missing may be what is hard.
    """
    from scipy.stats import t as law

    differences = one - other
    known = differences[~np.isnan(differences)]
    n = len(known)
    n_missing = int((np.isnan(one) != np.isnan(other)).sum())
    mean = float(known.mean()) if n else float("nan")
    low = high = p = float("nan")
    why = _cannot(known, n_missing, overlap)
    if not why and overlap is not None:
        error = float(np.sqrt((1 / n + overlap) * known.var(ddof=1)))
        half = float(law.ppf(1 - level / 2, n - 1)) * error
        low, high = mean - half, mean + half
        p = float(2 * law.sf(abs(mean) / error, n - 1))
    wins, losses = int((known > STEADY).sum()), int((known < -STEADY).sum())
    return Paired(n, n_missing, mean, wins, n - wins - losses, losses, low, high, p, why)


def overlap_of(split: str | None, n_test: int, n_pool: int) -> float | None:
    """Return test rows / pool rows where each repeat splits anew, else None.

    Repeats of an official split share their test rows, and the correction is not for them.
    """
    return n_test / n_pool if split in RANDOM_SPLITS and n_pool else None


RANDOM_SPLITS = ("stratified", "rebenchmark_2025")


def _cannot(known: npt.NDArray[np.float64], n_missing: int, overlap: float | None) -> str:
    if n_missing:
        return f"{n_missing} repeat{'s' * (n_missing > 1)} of one of them missing"
    if overlap is None:
        return "repeats are not random splits"
    if len(known) < ENOUGH:
        return str(Power(len(known), ENOUGH))
    return "" if np.ptp(known) > STEADY else STEADY_DIFFERENCE
