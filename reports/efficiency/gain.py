"""What tuning is worth: the winner of a study and its trial 0, which have the same rows."""

from __future__ import annotations

import pandas as pd

from harness.schema import LOWER_IS_BETTER


def tuned_minus_default(points: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return tuned - default by curve, n_labels and repeat, in columns of these names and value.

    `points` are `reports.curves.points`. Above zero tuning helped; of log loss it is default -
    tuned. A repeat that lacks either is left out: nothing is imputed.
    """
    key = ["curve", "n_labels", "repeat"]
    tuned, default = (
        points[points["series"] == series].set_index(key)["value"]
        for series in ("tuned", "default")
    )
    gained = (tuned - default.reindex(tuned.index)).dropna()
    sign = -1 if metric in LOWER_IS_BETTER else 1
    return (sign * gained).sort_index().rename("value").reset_index()
