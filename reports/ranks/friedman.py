"""Average ranks over datasets, whether any of them differ, and which pairs do.

Demšar 2006, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, section 3.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from reports.ranks.power import LEVEL, Power, friedman_needs, nemenyi_needs

Table = npt.NDArray[np.float64]  # (datasets, methods), more is better


@dataclass(frozen=True)
class Friedman:
    """Friedman's test and Iman and Davenport's, which is less conservative; NaN: not tested."""

    ranks: npt.NDArray[np.float64]  # (k,) average rank, 1 is the best; NaN where a cell is missing
    chi2: float  # corrected for ties, as in SciPy
    chi2_uncorrected: float  # Demšar 2006, page 11; the two differ only if there are ties
    p: float
    f: float  # Iman and Davenport 1980, of chi2; inf if all datasets rank alike
    f_p: float  # exact if all datasets rank alike, where F says zero
    why: str  # there is no test; "" where there is one


def average_ranks(scores: Table) -> npt.NDArray[np.float64]:
    """Return the mean over rows of the rank within the row, 1 is the best, ties share theirs.

    NaN for all where a cell is missing: ranks among fewer methods are other ranks.

    >>> average_ranks(np.array([[0.9, 0.8, 0.8], [0.7, 0.9, 0.6]])).tolist()
    [1.5, 1.75, 2.75]
    """
    from scipy.stats import rankdata

    if scores.size == 0 or np.isnan(scores).any():
        return np.full(scores.shape[1], np.nan)
    ranked: npt.NDArray[np.float64] = rankdata(-scores, axis=1).mean(axis=0)
    return ranked


def friedman(scores: Table, level: float = LEVEL) -> Friedman:
    """Test whether the methods' average ranks differ by more than chance.

    chi2 = 12 N / (k (k + 1)) (sum of R_j^2 - k (k + 1)^2 / 4), divided for ties by
    1 - sum of (t^3 - t) / (N k (k^2 - 1)); F = (N - 1) chi2 / (N (k - 1) - chi2) with k - 1 and
    (k - 1)(N - 1) degrees of freedom. Two methods are for Wilcoxon's test.
    """
    from scipy.stats import chi2 as chi2_law
    from scipy.stats import f as f_law

    n, k = scores.shape
    why = _cannot(scores, level)
    if why:
        nan = float("nan")
        return Friedman(average_ranks(scores), nan, nan, nan, nan, nan, why)
    ranks = average_ranks(scores)
    plain = 12 * n / (k * (k + 1)) * (float(ranks @ ranks) - k * (k + 1) ** 2 / 4)
    ties = 1 - _ties(scores) / (n * k * (k**2 - 1))
    value = plain / ties
    rest = n * (k - 1) - value
    f = (n - 1) * value / rest if rest > 1e-9 * n * k else float("inf")
    return Friedman(
        ranks,
        value,
        plain,
        float(chi2_law.sf(value, k - 1)),
        f,
        float(f_law.sf(f, k - 1, (k - 1) * (n - 1))) if f < math.inf else _alike(scores),
        "",
    )


@cache
def critical_difference(k: int, n: int, level: float = LEVEL) -> float:
    """Return by how much two of `k` average ranks over `n` datasets must differ (Nemenyi 1963).

    q / sqrt(2) sqrt(k (k + 1) / (6 n)), q of the studentised range with infinitely many degrees
    of freedom.

    >>> round(critical_difference(4, 14), 2)
    1.25
    """
    from scipy.stats import studentized_range

    q = float(studentized_range.ppf(1 - level, k, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(k * (k + 1) / (6 * n)))


@dataclass(frozen=True)
class Nemenyi:
    """All pairs of average ranks against one critical difference."""

    ranks: npt.NDArray[np.float64]  # (k,)
    difference: float  # the critical one; NaN: not tested
    p: npt.NDArray[np.float64]  # (k, k)
    alike: tuple[tuple[int, ...], ...]  # largest groups that cannot be told apart, best first
    why: str


def nemenyi(scores: Table, level: float = LEVEL) -> Nemenyi:
    """Compare all pairs of methods; to be read only where Friedman's test rejects."""
    from scipy.stats import studentized_range

    n, k = scores.shape
    ranks = average_ranks(scores)
    why = _cannot(scores, level) or str(Power(n, nemenyi_needs(k, level)))
    if why:
        return Nemenyi(ranks, float("nan"), np.full((k, k), np.nan), (), why)
    apart = np.abs(ranks[:, None] - ranks[None, :])
    z = apart / np.sqrt(k * (k + 1) / (6 * n))
    p = studentized_range.sf(z * np.sqrt(2), k, np.inf)
    difference = critical_difference(k, n, level)
    return Nemenyi(ranks, difference, np.asarray(p), cliques(ranks, difference), "")


def cliques(ranks: npt.NDArray[np.float64], difference: float) -> tuple[tuple[int, ...], ...]:
    """Return the largest groups of at least two places whose ranks all lie within `difference`.

    >>> cliques(np.array([1.0, 3.0, 1.5, 2.4]), 1.0)
    ((0, 2), (2, 3), (3, 1))
    """
    order = np.argsort(ranks, kind="stable")
    sorted_ = ranks[order]
    last = np.searchsorted(sorted_, sorted_ + difference + 1e-12, side="right")
    found, reached = [], 0
    for first, end in enumerate(last):
        if end > max(reached, first + 1):
            found.append(tuple(int(place) for place in order[first:end]))
            reached = int(end)
    return tuple(found)


def _cannot(scores: Table, level: float) -> str:
    """Why the methods cannot be tested together; "" if they can."""
    n, k = scores.shape
    missing = int(np.isnan(scores).sum())
    if missing:
        return f"{missing} of {n * k} cells are missing"
    if k <= 2:  # noqa: PLR2004 - a pair is for Wilcoxon's test
        return f"{k} method{'s' * (k != 1)}, needs 3"
    why = str(Power(n, friedman_needs(k, level)))
    if not why and (scores == scores[:, :1]).all():
        return "all methods are equal on every dataset"
    return why


def _alike(scores: Table) -> float:
    """Return how probable it is that rows which rank alike do so by chance."""
    n, k = scores.shape
    ties = np.unique(scores[0], return_counts=True)[1]
    orders = math.factorial(k) // math.prod(math.factorial(int(t)) for t in ties)
    return math.exp((1 - n) * math.log(orders))


def _ties(scores: Table) -> float:
    """Return the sum over rows and groups of t equal values of t^3 - t."""
    return float(
        sum(
            (counts**3 - counts).sum()
            for counts in (np.unique(row, return_counts=True)[1] for row in scores)
        )
    )
