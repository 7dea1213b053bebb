"""How many labels a curve needs: labels to the target, and the area under the curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER, RETRIED
from reports.reference import Reference

REACHED = ["median", "reached", "n_repeats", "first", "within"]


@dataclass(frozen=True)
class Target:
    """What a curve must reach on one dataset, in the metric's unit."""

    reference: float  # mean full_data score over repeats
    value: float  # the target
    n_repeats: int  # repeats that the mean runs over
    n_labels: int  # labels of the whole pool (the largest, if repeats differ)


def targets(references: pd.DataFrame, metric: str, reference: Reference) -> dict[str, Target]:
    """Return the one target of each dataset that has a full_data score of `reference`.

    `share` times the mean over repeats of the reference's full_data score on the test rows; for
    a metric of which less is better, the mean divided by `share`. A mean that is not above zero
    (possible for mcc) sets no target, since a share of it means nothing.
    """
    rows = references[
        (references["classifier"] == reference.classifier)
        & (references["scaler"] == reference.scaler)
        & (references["resampler"] == reference.resampler)
        & (references["status"] == "done")
    ].dropna(subset=[f"test_{metric}"])
    found = {}
    # Rows are stored as workers finish, and sums of floats depend on their order.
    for dataset, group in rows.sort_values("repeat").groupby("dataset"):
        mean = float(group[f"test_{metric}"].mean())
        if mean > 0:
            share = reference.share
            value = mean / share if metric in LOWER_IS_BETTER else mean * share
            n_labels = int(group["n_labels"].max())
            found[str(dataset)] = Target(mean, value, group["repeat"].nunique(), n_labels)
    return found


def no_target(references: pd.DataFrame, metric: str, reference: Reference, dataset: str) -> str:
    """Why `dataset` has no target, for a sentence; asked only where `targets` has none."""
    rows = references[
        (references["dataset"] == dataset)
        & (references["classifier"] == reference.classifier)
        & (references["scaler"] == reference.scaler)
        & (references["resampler"] == reference.resampler)
    ]
    if rows.empty:
        return "the reference is not fitted yet"
    badly = [str(status) for status in sorted(rows["status"].unique()) if status != "done"]
    if (rows["status"] == "done").any():
        scored = rows.loc[rows["status"] == "done", f"test_{metric}"].notna().any()
        no = "no score above zero" if scored else "no such score"
        return f"the reference has {no} on the full pool"
    again = [f"--status {status}" for status in badly if status in RETRIED]
    hint = f"; to do it again: fewlabels retry RUN {' '.join(again)}" if again else ""
    return f"the reference ended as {' and '.join(badly)}{hint}"


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


def area_under_curve(measured: pd.DataFrame, budgets: Sequence[int]) -> pd.DataFrame:
    """Return the area under the budget curve (AUBC), normalised: its mean height.

    `measured` are points of one dataset (`reports.curves.points`), `budgets` its budgets,
    ascending. With scores s_1 .. s_k at the budgets b_1 < .. < b_k:

        sum over i of (b_i+1 - b_i) (s_i + s_i+1) / 2, divided by (b_k - b_1)

    so in the metric's unit (trapezoids as in Reyes, Altalhi and Ventura 2018, "Statistical
    comparisons of active learning strategies over multiple datasets"; dividing by the span is
    ours). Every curve of a dataset is measured on the same budgets: a repeat without one of them
    has no area, and neither has a dataset with a single budget.

    Columns: curve, series, repeat, value.
    """
    key = ["curve", "series", "repeat"]
    rows = measured[measured["n_labels"].isin(budgets)]
    if len(set(budgets)) <= 1 or rows.empty:
        return rows.iloc[:0][[*key, "value"]]
    wide = rows.pivot_table(index=key, columns="n_labels", values="value")
    wide = wide.reindex(columns=list(budgets))
    span = budgets[-1] - budgets[0]
    area = np.trapezoid(wide.to_numpy(), np.asarray(budgets), axis=1) / span
    return wide.index.to_frame(index=False).assign(value=area).dropna(subset=["value"])
