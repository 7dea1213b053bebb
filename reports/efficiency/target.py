"""What a curve must reach: a share of the score of one pipeline with all labels."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from harness.schema import LOWER_IS_BETTER, RETRIED
from reports.reference import Reference


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
