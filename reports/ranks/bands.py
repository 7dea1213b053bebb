"""One statement about many means at once: simultaneous bands, by the largest t of them all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reports.interval import ENOUGH, LEVEL

DRAWS = 4_000
BLOCK = 2_000_000  # numbers that are drawn at once
SEED = 20_260_103
MANY = 50  # points beyond which c is Bonferroni's
STEADY = 1e-12  # a standard deviation that is only rounding


def critical_t(
    values: npt.NDArray[np.float64], level: float = LEVEL, *, both: bool = True
) -> float:
    """Return the factor c of "all means of `values` (repeats, points) lie within c errors".

    Experiments of as many repeats are drawn from the normal law with the points' estimated
    correlation, so that points that go together stay together; c is the quantile of the largest
    of their t statistics. With one point that is Student's t, with many it is larger, and never
    more than Bonferroni's. It is the plug-in sup-t band of Montiel Olea and Plagborg-Møller 2019,
    "Simultaneous confidence bands", Journal of Applied Econometrics 34, with standard errors
    estimated in each draw, since repeats are few (ours). Points without any spread are left out.
    Of more than `MANY` points it is Bonferroni's: a few repeats do not know the correlations of
    hundreds of points, and drawing them for each row of a large leaderboard takes minutes.
    `both`: two-sided. NaN below five repeats, where a value is missing and where nothing varies.
    """
    from scipy.stats import t as law

    n = len(values)
    if n < ENOUGH or np.isnan(values).any():
        return float("nan")
    rest = values - values.mean(axis=0)
    spread = values.std(axis=0, ddof=1)
    varies = spread > STEADY
    rest = rest[:, varies] / (spread[varies] * np.sqrt(n - 1))
    n_points = rest.shape[1]
    if not n_points:
        return float("nan")
    side = 1 + both
    if n_points == 1:
        return float(law.ppf(1 - (1 - level) / side, n - 1))
    bonferroni = float(law.ppf(1 - (1 - level) / side / n_points, n - 1))
    if n_points > MANY:
        return bonferroni
    rng = np.random.default_rng(SEED)
    largest = []
    for size in _blocks(n * max(n, n_points)):
        drawn = rng.standard_normal((size, n, n)) @ rest
        t = drawn.mean(axis=1) * np.sqrt(n) / drawn.std(axis=1, ddof=1)
        largest.append((np.abs(t) if both else t).max(axis=1))
    return float(min(np.quantile(np.concatenate(largest), level), bonferroni))


def half_widths(
    values: npt.NDArray[np.float64], level: float = LEVEL, overlap: float = 0.0
) -> npt.NDArray[np.float64]:
    """Return half the widths of a band around the means of `values` (repeats, points), (points,).

    The band holds all true means at once with probability `level`. `overlap` widens it as
    Nadeau and Bengio's correction does (`reports.ranks.paired`).
    """
    n = len(values)
    error = np.sqrt((1 / max(n, 1) + overlap) * values.var(axis=0, ddof=1)) if n > 1 else np.nan
    widths: npt.NDArray[np.float64] = critical_t(values, level) * error * np.ones(values.shape[1])
    return widths


def _blocks(n_numbers: int) -> list[int]:
    """Return how many draws, of so many numbers each, to make at once."""
    size = max(1, min(DRAWS, BLOCK // n_numbers))
    whole, rest = divmod(DRAWS, size)
    return [size] * whole + [rest] * bool(rest)
