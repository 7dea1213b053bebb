"""Curves with what is known of all their points at once, and of their difference to chance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.efficiency.of_run import baselines
from reports.interval import half_width
from reports.measures import Measures
from reports.ranks.bands import half_widths
from reports.ranks.bootstrap import interval

COLUMNS = ["mean", "half", "band", "boot_low", "boot_high", "over_chance", "over_chance_band"]


def whole_curves(measures: Measures, overlaps: Mapping[str, float | None]) -> pd.DataFrame:
    """Return the tuned means at each budget, by curve and n_labels, with `n_repeats` and `COLUMNS`.

    half: half of Student's interval, pointwise; band: half of the band that holds the whole curve,
    simultaneous, with 95 %; boot_low and boot_high: percentiles of whole curves drawn again,
    pointwise; over_chance: mean difference to the strategy `random` in the same pipeline, paired by
    repeat (below zero is better for log loss), and its simultaneous band, widened where repeats are
    random splits (`overlaps`, by dataset), none where one of both lacks a repeat. Only repeats
    with every budget count; NaN below five.
    """
    chance = baselines(measures.grid)
    points = measures.at_budgets[measures.at_budgets["series"] == "tuned"]
    parts = []
    for dataset, budgets in measures.grid.budgets.items():
        mine = points[points["curve"].isin(measures.grid.of_dataset(dataset))]
        wide = mine.pivot_table(index=["curve", "repeat"], columns="n_labels", values="value")
        wide = wide.reindex(columns=budgets).dropna()
        matrices = {curve: rows.droplevel("curve") for curve, rows in wide.groupby("curve")}
        overlap = overlaps.get(dataset) or 0.0
        for curve, rows in matrices.items():
            number = int(str(curve))
            theirs = matrices.get(int(chance[number])) if chance[number] != number else None
            index = pd.MultiIndex.from_product([[number], budgets], names=["curve", "n_labels"])
            parts.append(_one(rows, theirs, overlap).set_axis(index))
    empty = pd.MultiIndex.from_arrays([[], []], names=["curve", "n_labels"])
    return pd.concat(parts) if parts else pd.DataFrame(index=empty, columns=["n_repeats", *COLUMNS])


def _one(rows: pd.DataFrame, theirs: pd.DataFrame | None, overlap: float) -> pd.DataFrame:
    values = rows.to_numpy(dtype=np.float64)
    n, k = values.shape
    spread = values.std(axis=0, ddof=1) if n > 1 else np.full(k, np.nan)
    low, high = interval(values)
    over, band = _difference(rows, theirs, overlap)
    numbers = [
        values.mean(axis=0),
        half_width(spread, n),
        half_widths(values),
        low,
        high,
        over,
        band,
    ]
    return pd.DataFrame(dict(zip(COLUMNS, numbers, strict=True))).assign(n_repeats=n)


def _difference(
    rows: pd.DataFrame, theirs: pd.DataFrame | None, overlap: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    nothing = np.full(rows.shape[1], np.nan)
    both = rows.index.intersection(theirs.index) if theirs is not None else rows.index[:0]
    if theirs is None or not len(both):
        return nothing, nothing
    apart = (rows.loc[both] - theirs.loc[both]).to_numpy(dtype=np.float64)
    is_whole = len(both) == len(rows) == len(theirs)  # what is missing may be what is hard
    return apart.mean(axis=0), half_widths(apart, overlap=overlap) if is_whole else nothing
