"""How many labels a curve needs to reach a target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER

REACHED = ["median", "reached", "n_repeats", "first", "within"]


def labels_to_target(measured: pd.DataFrame, metric: str, goals: pd.Series[float]) -> pd.DataFrame:
    """Return the labels that each series of each curve needs to reach its dataset's target.

    `measured` are points at budgets (`reports.curves.points`), `goals` the target of each curve,
    indexed by it (NaN: none, the curve is left out). Per repeat: n_labels of the first measured
    point at or above the target (at or below, for log loss). Nothing is interpolated between
    points; later dips do not count. A repeat that is not seen to get there counts as infinity, so
    the median over repeats is right as long as more than half of them do: censoring on the
    right. The definition is ours, after the habit of reading learning curves at a given score
    (curves as in Settles 2009, "Active Learning Literature Survey").

    Index: curve, series. Columns: median (labels; inf: never), reached and n_repeats (repeats),
    first (the smallest n_labels measured: a median there is an upper bound), within (the fewest
    labels that a repeat was measured up to without reaching it; NaN: all reached it; below the
    largest budget: a repeat lacks scores beyond, so that "never" is only "not by then").
    """
    goal = measured["curve"].map(goals)
    lower = metric in LOWER_IS_BETTER
    hit = measured["value"] <= goal if lower else measured["value"] >= goal
    tried = measured.assign(labels=measured["n_labels"].astype(float).where(hit, np.inf))
    repeats = (
        tried[goal.notna()]
        .groupby(["curve", "series", "repeat"])
        .agg(labels=("labels", "min"), first=("n_labels", "min"), last=("n_labels", "max"))
    )
    repeats["reached"] = np.isfinite(repeats["labels"])
    repeats["within"] = repeats["last"].where(~repeats["reached"])
    across: pd.DataFrame = repeats.groupby(["curve", "series"]).agg(
        median=("labels", "median"),
        reached=("reached", "sum"),
        n_repeats=("labels", "count"),
        first=("first", "min"),
        within=("within", "min"),
    )
    return across[REACHED]
