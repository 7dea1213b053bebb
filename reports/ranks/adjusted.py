"""Paired comparisons of one family, their p-values adjusted for being many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reports.ranks.paired import STEADY_DIFFERENCE, Paired
from reports.ranks.wilcoxon import holm


def adjusted(family: Sequence[Paired]) -> list[float]:
    """Return Holm's p-value of each comparison, (m,); NaN where it has no p-value itself.

    Two that are equal on every repeat have none, and count as 1: the safe side. Two that share
    no repeat are no comparison, and not of the family. Any other that was not tested takes the
    adjustment from all: it cannot be counted, and leaving it out would flatter the rest.
    """
    p = np.array([1.0 if _is_equal(one) else one.p for one in family], dtype=np.float64)
    is_one = np.array([one.n > 0 for one in family], dtype=np.bool_)
    found = np.full(len(family), np.nan)
    found[is_one] = holm(p[is_one])
    found[[bool(np.isnan(one.p)) for one in family]] = np.nan
    return [float(value) for value in found]


def _is_equal(one: Paired) -> bool:
    return one.n > 0 and one.why == STEADY_DIFFERENCE and one.ties == one.n
