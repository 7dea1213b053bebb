"""The area under a curve over its budgets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


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
