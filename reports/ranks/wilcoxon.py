"""Two methods over datasets, and all pairs: Wilcoxon's signed-rank test with Holm's step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from reports.ranks.power import LEVEL, Power, wilcoxon_needs

DIGITS = 12  # 0.92 - 0.91 is 0.01, and the same as 0.82 - 0.81
EXACT = 500  # differences up to which the distribution is enumerated


def wilcoxon(differences: npt.NDArray[np.float64]) -> float:
    """Return the exact two-sided p-value of Wilcoxon's signed-rank test of `differences`, (n,).

    Absolute differences are ranked, zeros among them, ties sharing their rank; given the ranks,
    each of the others is positive or negative with even chances (Pratt 1959). Splitting the ranks
    of zeros evenly, as Demšar 2006 does, gives the same p-value. NaN if there is nothing but
    zeros, or a NaN.

    >>> wilcoxon(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    0.0625
    """
    from scipy.stats import rankdata

    if not len(differences) or np.isnan(differences).any() or not differences.any():
        return float("nan")
    if len(differences) > EXACT:
        raise ValueError(f"{len(differences)} differences; the exact test takes {EXACT}")
    doubled = np.rint(2 * rankdata(np.abs(differences))).astype(int)  # whole numbers: ties too
    decided = differences != 0
    law = np.ones(1)  # chances of each sum of the ranks of the positive ones
    for rank in doubled[decided]:
        longer = np.zeros(len(law) + rank)
        longer[: len(law)] += law / 2
        longer[rank:] += law / 2
        law = longer
    positive = int(doubled[differences > 0].sum())
    smaller = min(positive, len(law) - 1 - positive)
    return float(min(1.0, 2 * law[: smaller + 1].sum()))


def holm(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return p-values adjusted for being many, (m,) (Holm 1979); NaN if any is NaN.

    A test that was not made cannot be counted, and leaving it out would flatter the others.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    if np.isnan(p).any():
        return np.full(len(p), np.nan)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


@dataclass(frozen=True)
class Pair:
    """Two methods over datasets; the first is better where `wins` are many."""

    one: int  # columns of the table
    other: int
    wins: int  # datasets on which the first is better, by more than `equal`
    ties: int
    losses: int
    p: float  # of Wilcoxon's test; NaN: not tested
    p_holm: float
    why: str  # there is no p-value; "" where there is one


def pairs(
    scores: npt.NDArray[np.float64],
    against: int | None = None,
    equal: float = 0.0,
    level: float = LEVEL,
) -> list[Pair]:
    """Compare all pairs of the columns of `scores` (datasets, methods), or all with `against`.

    Differences up to `equal`, in the metric's unit, are ties; the test sees them as they are.
    A dataset on which one of two methods has no score is not counted for them, and takes away the
    tests of all: Holm's step needs every one.
    """
    n, k = scores.shape
    chosen = list(combinations(range(k), 2))
    if against is not None:
        chosen = [(against, other) for other in range(k) if other != against]
    missing = int(np.isnan(scores).sum())
    why = str(Power(n, wilcoxon_needs(len(chosen), level)))
    if missing:
        why = f"{missing} of {n * k} cells are missing"
    apart = [np.round(scores[:, one] - scores[:, other], DIGITS) for one, other in chosen]
    raw = np.array([float("nan") if why else _p(differences) for differences in apart])
    adjusted = holm(raw)
    return [
        Pair(
            one,
            other,
            int((differences > equal).sum()),
            int((np.abs(differences) <= equal).sum()),
            int((differences < -equal).sum()),
            float(p),
            float(p_holm),
            why,
        )
        for (one, other), differences, p, p_holm in zip(chosen, apart, raw, adjusted, strict=True)
    ]


def _p(differences: npt.NDArray[np.float64]) -> float:
    """Return `wilcoxon`, and 1 where two methods are equal on every dataset: no evidence at all."""
    return 1.0 if not differences.any() else wilcoxon(differences)
