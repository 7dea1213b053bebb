"""The part of the leaderboard's page that asks for any score, not for the target alone."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports.columns import SEES_LABELS
from reports.efficiency.of_run import baselines
from reports.efficiency.to_target import expected_labels
from reports.leaderboard import PIPELINE
from reports.metric_names import TITLES
from reports.site.content import Content
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table
from reports.site.written import NEVER, NOTHING

MOST = 20  # scores that can be asked for
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def until_a_score(content: Content) -> Panels:
    """Return the labels that each curve needs, by dataset and score, for the main metric."""
    measures, grid = content.main, content.grid
    tuned = measures.at_budgets[measures.at_budgets["series"] == "tuned"]
    chance = pd.Series(baselines(grid), index=grid.curves.index)
    panels: dict[Key, Panel] = {}
    for dataset in content.datasets:
        mine = tuned[tuned["curve"].isin(grid.of_dataset(dataset))]
        target = measures.targets.get(dataset)
        if mine.empty:
            panels[dataset, "0"] = Panel(note=f"No curve has a {TITLES[content.metric]} yet.")
        wanted = target.value if target else math.nan
        is_low = content.metric in LOWER_IS_BETTER
        for goal in _goals(mine["value"], wanted, is_low=is_low):
            of = pd.Series(goal, index=grid.curves.index)
            found = expected_labels(mine, content.metric, of, grid).droplevel("series")
            panels[dataset, f"{goal:g}"] = _panel(content, dataset, found, chance)
    choices = [Choice("dataset", "Dataset"), Choice("score", "Score", is_slider=True)]
    return Panels("until", "Labels until any score", choices, panels)


def _goals(values: pd.Series[float], target: float, *, is_low: bool) -> list[float]:
    """Return round scores that are met, the one nearest to the target first."""
    low, high = float(values.min()), float(values.max())
    if math.isnan(low):
        return []
    step = next((one for one in STEPS if (high - low) / one <= MOST), high - low)
    steps = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    goals = [round(i * step, 6) for i in steps] or [_rounded(high, is_low=is_low)]
    wanted = target if not math.isnan(target) else (low + high) / 2
    first = min(goals, key=lambda goal: abs(goal - wanted))
    return [first, *(goal for goal in goals if goal != first)]


def _rounded(score: float, *, is_low: bool) -> float:
    """Return `score` in six digits, and never out of its own reach.

    >>> _rounded(0.8765436, is_low=False), _rounded(0.8765432, is_low=True)
    (0.876543, 0.876544)
    """
    return (math.ceil if is_low else math.floor)(score * 1e6) / 1e6


def _panel(content: Content, dataset: str, found: pd.DataFrame, chance: pd.Series[int]) -> Panel:
    most = content.grid.budgets[dataset][-1]
    rows = found.join(content.grid.curves[PIPELINE])
    by_chance = found.reindex(chance.loc[rows.index]).set_axis(rows.index)
    rows["by_chance"] = by_chance["median"]
    rows["sees_labels"] = rows["strategy"].isin(content.grid.seeing)
    # NaN, unknown, stands behind never; what sees hidden labels, behind all.
    rows = rows.sort_values(["sees_labels", "median", "restricted_mean", "n_censored", *PIPELINE])
    columns = [
        *(Column(axis, is_filter=True) for axis in PIPELINE),
        Column("labels", "bought by then, median over repeats", is_number=True),
        Column("repeats", "that get there, of all measured", is_number=True, is_best_high=True),
        Column("expected", "restricted mean: never counts as the largest budget", is_number=True),
        Column("random", "labels that random needs in the same pipeline, median", is_number=True),
    ]
    cells = [_row(row, most) for row in rows.to_dict("records")]
    sign = "or less" if content.metric in LOWER_IS_BETTER else "or more"
    ranked = rows.loc[~rows["sees_labels"], "median"]
    n = int(np.isfinite(ranked).sum())
    caption = f"{one_line(dataset)}: {n:,} of {len(ranked):,} curves get there, by median; "
    caption += f"{TITLES[content.metric]} {sign}, tuned models"
    return Panel(table=Table(columns, cells, caption, "curves.html"))


def _row(row: dict[Hashable, Any], most: int) -> list[Cell]:
    reached = int(row["n"] - row["n_censored"])
    mean = row["restricted_mean"]
    names = [one_line(row[axis]) for axis in PIPELINE]
    names[-1] += SEES_LABELS * bool(row["sees_labels"])
    return [
        *names,
        _labels(row["median"], most),
        (f"{reached}/{int(row['n'])}", float(reached)),
        (NOTHING, None) if math.isnan(mean) else (f"{mean:,.0f}", float(mean)),
        _labels(row["by_chance"], most),
    ]


def _labels(median: float, most: int) -> Cell:
    if math.isnan(median):
        return NOTHING, None
    if math.isinf(median):
        return f"never by {most:,}", NEVER
    return f"{median:,.0f}", float(median)
