"""Curves against chance in the same pipeline, paired by repeat, point by point."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.efficiency.of_run import baselines
from reports.interval import ENOUGH, LEVEL
from reports.measures import Measures
from reports.ranks.bands import STEADY


def over_chance(measures: Measures, dataset: str, overlap: float | None) -> pd.DataFrame:
    """Return mean and half of tuned score minus that of chance, by (curve, n_labels), n_repeats.

    Paired: only repeats that both have count. half is half of the 95 % interval of Nadeau and
    Bengio's correction (`reports.ranks.paired`), pointwise; NaN below five repeats, where one of
    both lacks a repeat that the other has, where the repeats are no random splits (`overlap` is
    None), and where nothing varies.
    """
    from scipy.stats import t as law

    chance = baselines(measures.grid)
    points = measures.at_budgets
    points = points[
        (points["series"] == "tuned") & points["curve"].isin(measures.grid.of_dataset(dataset))
    ]
    wide = points.pivot_table(index="curve", columns=["n_labels", "repeat"], values="value")
    own = wide.index.to_numpy(dtype=int)
    has_any = (chance[own] >= 0) & (chance[own] != own) & np.isin(chance[own], own)
    theirs = wide.reindex(chance[own][has_any]).to_numpy()
    apart = wide[has_any] - theirs
    lacks = (wide[has_any].isna() != np.isnan(theirs)).T.groupby(level="n_labels").any().T
    groups = apart.T.groupby(level="n_labels")
    mean, spread, n = groups.mean().T, groups.std().T, groups.count().T
    if overlap is None:
        spread = spread * np.nan
    factor = law.ppf(0.5 + LEVEL / 2, np.maximum(n, ENOUGH) - 1)
    half = factor * np.sqrt(1 / n.clip(lower=1) + (overlap or 0.0)) * spread
    half = half.where((n >= ENOUGH) & (spread > STEADY) & ~lacks)
    index = pd.MultiIndex.from_product([mean.index, mean.columns], names=["curve", "n_labels"])
    columns = {"mean": mean, "half": half, "n_repeats": n}
    found = pd.DataFrame({k: v.to_numpy().ravel() for k, v in columns.items()}, index=index)
    return found[found["mean"].notna()]
