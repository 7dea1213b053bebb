"""Which trial speaks for its study: the one with the best validation score, and the defaults."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER


def winners(trials: pd.DataFrame) -> pd.DataFrame:
    """The winning rows of `trials`, one per study, in the order of `trials`.

    `trials` is the table of that name. A winner is done and has the best `val_` value of its
    study's metric; of equals the earliest. A study without such a trial has no winner. Only
    validation scores are looked at.
    """
    value = pd.Series(np.nan, index=trials.index)
    for metric in trials["metric"].unique():
        sign = -1 if metric in LOWER_IS_BETTER else 1
        value = value.mask(trials["metric"] == metric, sign * trials[f"val_{metric}"])
    may_win = ((trials["status"] == "done") & value.notna()).to_numpy()
    best_first = np.lexsort((trials["number"], -value))
    ranked = best_first[may_win[best_first]]  # positions: several runs may share index labels
    is_first = ~trials["study_id"].iloc[ranked].duplicated().to_numpy()
    return trials.iloc[np.sort(ranked[is_first])]


def defaults(trials: pd.DataFrame) -> pd.DataFrame:
    """The rows of `trials` with the default hyperparameters, whatever became of them."""
    return trials[trials["number"] == 0]
