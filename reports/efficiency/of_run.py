"""The measures of all curves of a run, and what they come to over the repeats."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import AXES, LOWER_IS_BETTER
from reports.efficiency.measures import MEASURES, Curves
from reports.grid import Grid
from reports.interval import half_width

Numbers = npt.NDArray[np.float64]
KEY = ["curve", "series", "repeat"]
BASELINE = "random"  # the strategy that all others are measured against
SUMMARY = ["mean", "half", "low", "high", "median", "n", "n_censored"]


def measures(
    points: pd.DataFrame,
    metric: str,
    grid: Grid,
    references: pd.DataFrame,
    targets: dict[str, float],
) -> pd.DataFrame:
    """Return every measure of every curve, series and repeat: index `KEY`, columns `MEASURES`.

    `points` are `reports.curves.points`, `references` the table of that name, `targets` the
    target by dataset. Only points at budgets count, and a repeat without one of them has no
    measure: NaN, never imputed.
    """
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    parts = []
    for dataset, budgets in grid.budgets.items():
        mine = points[
            points["curve"].isin(grid.of_dataset(dataset)) & points["n_labels"].isin(budgets)
        ]
        if mine.empty:
            continue
        wide = mine.pivot_table(index=KEY, columns="n_labels", values="value")
        wide = sign * wide.reindex(columns=budgets)
        known = Curves(
            np.asarray(budgets, dtype=np.float64),
            wide.to_numpy(),
            _by_chance(wide, grid),
            sign * _ceilings(wide.index, metric, grid, references),
            sign * targets.get(dataset, np.nan),
        )
        parts.append(pd.DataFrame(_all(known, sign), index=wide.index))
    empty = pd.MultiIndex.from_arrays([[], [], []], names=KEY)
    return (
        pd.concat(parts) if parts else pd.DataFrame(index=empty, columns=[*MEASURES], dtype=float)
    )


def baselines(grid: Grid) -> npt.NDArray[np.intp]:
    """Return for each curve the one with its names and the strategy `BASELINE`; -1: none."""
    return grid.number(grid.curves.assign(strategy=BASELINE))


def _all(curves: Curves, sign: float) -> dict[str, Numbers]:
    with np.errstate(invalid="ignore", divide="ignore"):  # NaN and inf are answers here
        return {
            name: measure.of(curves) * (sign if measure.unit == "score" else 1.0)
            for name, measure in MEASURES.items()
        }


def _by_chance(wide: pd.DataFrame, grid: Grid) -> Numbers:
    curve, series, repeat = (wide.index.get_level_values(name) for name in KEY)
    of = baselines(grid)[curve]
    return wide.reindex(pd.MultiIndex.from_arrays([of, series, repeat])).to_numpy()


def _ceilings(index: pd.Index[Any], metric: str, grid: Grid, references: pd.DataFrame) -> Numbers:
    pipeline = [*AXES[:-1], "repeat"]
    done = references[references["status"] == "done"].set_index(pipeline)
    whole = done.loc[~done.index.duplicated(), [f"test_{metric}", f"test_novel_{metric}"]]
    rows = grid.curves.loc[index.get_level_values("curve"), [*AXES[:-1]]]
    asked = pd.MultiIndex.from_frame(rows.assign(repeat=index.get_level_values("repeat")))
    test, novel = whole.reindex(asked).to_numpy(dtype=np.float64).T
    return np.where(index.get_level_values("series") == "novel", novel, test)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return what `found` (`measures`) comes to over repeats: index curve, series, measure.

    Columns `SUMMARY`: mean, half (of its 95 % interval; NaN below five repeats), low, high and
    median; of a measure that may be censored the median alone (inf: more than half never get
    there), since a mean of what was never seen does not exist. n counts the repeats that have
    the measure, n_censored those of them that never got there.
    """
    long = found.melt(var_name="measure", ignore_index=False).set_index("measure", append=True)
    values = long["value"].dropna().sort_values()  # sums of floats depend on their order
    by = values.groupby(["curve", "series", "measure"])
    over = values.replace([np.inf], np.nan).groupby(["curve", "series", "measure"])
    table = over.agg(["mean", "std", "min", "max"]).rename(columns={"min": "low", "max": "high"})
    table["median"], table["n"] = by.median(), by.size()
    table["n_censored"] = np.isinf(values).groupby(["curve", "series", "measure"]).sum()
    table["half"] = half_width(table["std"], table["n"])
    censored = [name for name, measure in MEASURES.items() if measure.is_censored]
    is_censored = table.index.get_level_values("measure").isin(censored)
    table.loc[is_censored, SUMMARY[:4]] = np.nan
    return table[SUMMARY]
