"""What the winners cost where they will run, and which of them are worth it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import COSTS

AGAINST = ("model_bytes", "latency_row_s")  # what a score is traded for


def costs(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the columns `COSTS` of the tuned model, medians over repeats, by curve, n_labels.

    `scored` is `reports.curves.scores`. NaN where no repeat knows, as in a run folder from before
    models were measured. A median, since a repeat's winner may have other hyperparameters and a
    latency may be disturbed.
    """
    tuned = scored[scored["series"] == "tuned"]
    found: pd.DataFrame = tuned.groupby(["curve", "n_labels"])[[*COSTS]].median()
    return found


def front(cost: npt.ArrayLike, score: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the places that no other beats: the Pareto front, cheapest first.

    Both (n,); a lower cost is better, and a higher score. A place beats another that costs no
    less and scores no better, unless they are equal in both. NaN takes no part.

    >>> front([10, 20, 20, 30, 40], [0.5, 0.7, 0.6, 0.7, 0.9]).tolist()
    [0, 1, 4]
    """
    costs_, scores = np.asarray(cost, dtype=np.float64), np.asarray(score, dtype=np.float64)
    order = np.lexsort([-scores, costs_])
    order = order[~(np.isnan(costs_) | np.isnan(scores))[order]]
    before = np.maximum.accumulate(np.concatenate([[-np.inf], scores[order]]))[:-1]
    rises = scores[order] > before
    last = np.maximum.accumulate(np.where(rises, np.arange(len(order)), 0))  # the one to equal
    is_equal = (costs_[order] == costs_[order[last]]) & (scores[order] == scores[order[last]])
    best: npt.NDArray[np.intp] = order[rises | is_equal]
    return best
