"""How many labels a curve needs to reach a target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.censored import SURVIVAL, survival
from reports.grid import Grid

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
    repeats = by_repeat(measured, metric, goals)
    across: pd.DataFrame = repeats.groupby(["curve", "series"]).agg(
        median=("labels", "median"),
        reached=("reached", "sum"),
        n_repeats=("labels", "count"),
        first=("first", "min"),
        within=("within", "min"),
    )
    return across[REACHED]


def by_repeat(measured: pd.DataFrame, metric: str, goals: pd.Series[float]) -> pd.DataFrame:
    """Return `labels_to_target` of each repeat: index curve, series, repeat.

    Columns: labels (inf: not seen to get there), first and last (labels measured from and to),
    reached, within (last, where it is not reached).
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
    return repeats


def expected_labels(
    measured: pd.DataFrame, metric: str, goals: pd.Series[float], grid: Grid
) -> pd.DataFrame:
    """Return Kaplan and Meier's estimate of the labels to the target; index curve, series.

    Columns `SURVIVAL` (`reports.efficiency.censored`). A repeat whose scores end early counts as
    far as it was measured. Labels before the first budget were not measured: it counts as the
    least that is needed.
    """
    repeats = by_repeat(measured, metric, goals)
    parts = []
    for dataset, budgets in grid.budgets.items():
        mine = repeats[repeats.index.get_level_values("curve").isin(grid.of_dataset(dataset))]
        groups = mine.groupby(["curve", "series"])
        over = survival(
            np.asarray(groups.ngroup(), dtype=np.int64),
            mine["labels"].to_numpy(dtype=np.float64),
            mine["last"].to_numpy(dtype=np.float64),
            np.asarray(budgets, dtype=np.float64),
        )
        numbers = {name: getattr(over, name) for name in SURVIVAL}
        parts.append(pd.DataFrame(numbers, index=groups.size().index))
    empty = pd.MultiIndex.from_arrays([[], []], names=["curve", "series"])
    return pd.concat(parts) if parts else pd.DataFrame(index=empty, columns=[*SURVIVAL])
