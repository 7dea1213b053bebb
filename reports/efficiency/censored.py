"""Labels to a target where some repeats never get there: censored on the right, not left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
SURVIVAL = ("median", "restricted_mean", "n", "n_censored")  # the fields of `Survival`


@dataclass(frozen=True)
class Survival:
    """Kaplan and Meier's estimate, for several groups of repeats at once; arrays are (groups,)."""

    median: Numbers  # labels by which half get there; inf: not within the budgets; NaN: unknown
    restricted_mean: (
        Numbers  # labels, each repeat counting as the last budget at most; NaN: unknown
    )
    n: npt.NDArray[np.int64]  # repeats
    n_censored: npt.NDArray[np.int64]  # of these, not seen to get there


def survival(
    group: npt.NDArray[np.int64], labels: Numbers, seen: Numbers, budgets: Numbers
) -> Survival:
    """Estimate for each group how many labels it takes.

    `group` (repeats,) numbers from 0; `labels` (repeats,) those at which the target was reached,
    one of `budgets`, or inf; `seen` (repeats,) the labels that a repeat was measured up to, which
    counts where `labels` is inf; `budgets` (k,), ascending.

    Kaplan and Meier 1958: S(b) is the product over budgets b_j <= b of 1 - d_j / n_j, with d_j the
    repeats that get there at b_j, n_j those that did not before and are still measured. The
    median is the first b with S(b) <= 1/2. The restricted mean (Irwin 1949; Royston and Parmar
    2013) is the area under S from 0 to the last budget: b_1 + sum of S(b_j) (b_j+1 - b_j). It is
    NaN where S is above zero and no repeat is measured any further; so is the median where S is
    above 1/2 there. A repeat that is measured to the end and never gets there counts as the last
    budget, so the true mean is larger.
    """
    n_groups, k = int(group.max()) + 1 if len(group) else 0, len(budgets)
    reached = np.isfinite(labels)
    last = np.where(reached, labels, seen)
    place = np.searchsorted(budgets, last)
    events = np.zeros((n_groups, k))
    leaves = np.zeros((n_groups, k))
    known = place < k
    np.add.at(events, (group[reached & known], place[reached & known]), 1)
    np.add.at(leaves, (group[known], place[known]), 1)
    n = np.bincount(group, minlength=n_groups)
    at_risk = n[:, None] - np.cumsum(leaves, axis=1) + leaves
    stays = np.cumprod(1 - events / np.maximum(at_risk, 1), axis=1)
    is_half = stays <= 1 / 2 + 1e-12
    widths = np.diff(budgets)
    lost = (at_risk[:, 1:] == 0) & (stays[:, :-1] > 0)  # nobody is left to say
    area = budgets[0] + (stays[:, :-1] * widths).sum(axis=1)
    unknown = lost.any(axis=1)
    beyond = np.where(unknown, np.nan, np.inf)
    median = np.where(is_half.any(axis=1), budgets[is_half.argmax(axis=1)], beyond)
    censored = np.bincount(group[~reached], minlength=n_groups)
    return Survival(median, np.where(unknown, np.nan, area), n, censored)
