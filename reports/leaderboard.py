"""The ranking of one dataset's cells at a budget, or of its curves over all budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency import Target
from reports.measures import Measures

NEVER = np.finfo(float).max
DIGITS = 12  # means that differ in later ones only are equal: sums of floats have an order
PIPELINE = ["classifier", "scaler", "resampler", "strategy"]


@dataclass(frozen=True)
class Board:
    """A leaderboard; best row first.

    `rows` has the columns rank (NaN: nothing measured), curve, `PIPELINE`; for each of tuned,
    default and novel: X, X_half, X_low, X_high, X_n_repeats (the score at `at`, see
    `over_repeats`); to_target, to_target_reached, to_target_n_repeats, to_target_first,
    to_target_within (labels, tuned; see `labels_to_target`), aubc, aubc_half and aubc_n_repeats
    (tuned); sees_labels (its strategy sees hidden labels: it stands at the end without a rank); the
    columns `COSTS` of the tuned models at `at` (medians over repeats); coverage
    (repeats with a tuned score; with one at every budget, if none is chosen), is_partial (fewer
    than `n_repeats`), n_trials, failures and limited (over all budgets, if none is chosen).
    """

    dataset: str
    metric: str
    budget: int | None  # None: over all budgets
    at: int  # labels that the scores belong to: the budget, or the largest one
    most: int  # the dataset's largest budget
    target: Target | None
    no_target: str  # why there is none; "" where there is one
    n_repeats: int  # that the dataset has
    rows: pd.DataFrame
    by: str | None = None  # the axis of which each component has its best row only; None: all


def board(measures: Measures, dataset: str, budget: int | None = None) -> Board:
    """Rank the cells of `dataset` at `budget` by their mean tuned test score.

    Without a budget the curves are ranked by labels to the target, then by area under the curve,
    then by the score at the largest budget. Equal values share a rank. Nothing is imputed: a cell
    without a score stands at the end without a rank, one with fewer repeats is marked and stands
    behind those that are complete, since its mean is over other splits.
    """
    grid, most = measures.grid, measures.grid.budgets[dataset][-1]
    at = most if budget is None else budget
    begun = grid.cells[grid.cells.index.get_level_values("curve").isin(grid.of_dataset(dataset))]
    if budget is not None:
        begun = begun[begun.index.get_level_values("budget") == budget]
    counts = begun.groupby("curve").sum()
    index = counts.index
    here = pd.MultiIndex.from_product([index, [at]])
    rows = pd.concat(
        [
            grid.curves.loc[index, PIPELINE],
            measures.of_cells.reindex(here).set_axis(index),
            measures.costs.reindex(here).set_axis(index),
            measures.of_curves.reindex(index),
            counts,
        ],
        axis=1,
    )
    is_area = budget is None and len(grid.budgets[dataset]) > 1
    complete = rows["aubc_n_repeats" if is_area else "tuned_n_repeats"]
    rows["coverage"] = complete.fillna(0).astype(int)
    rows["is_partial"] = rows["coverage"] < grid.repeats[dataset]
    rows["sees_labels"] = rows["strategy"].isin(grid.seeing)
    late = rows["is_partial"].astype(float)  # a mean over other repeats is not paired with the rest
    sign = 1.0 if measures.metric in LOWER_IS_BETTER else -1.0
    keys = [sign * rows["tuned"]]
    if budget is None:
        keys = [rows["to_target"], sign * rows["aubc"], *keys]
    keys = [key.mask(rows["sees_labels"]) for key in keys]
    return Board(
        dataset,
        measures.metric,
        budget,
        at,
        most,
        measures.targets.get(dataset),
        measures.no_target.get(dataset, ""),
        grid.repeats[dataset],
        _ranked(rows.rename_axis("curve").reset_index(), keys, late),
    )


def _ranked(
    rows: pd.DataFrame, keys: list[pd.Series[float]], late: pd.Series[float]
) -> pd.DataFrame:
    """Sort by `keys`, smallest first; a row without a key stands behind those that have it.

    Rows that are `late` stand behind those that are not. `rows` come sorted by name, which decides
    between equals. A row without any key has no rank.
    """
    has_none = pd.concat(keys, axis=1).isna().all(axis=1)
    table = pd.concat([late, *keys], axis=1, keys=range(len(keys) + 1))
    # Never (infinity) stands before "nothing to say".
    table = table.round(DIGITS).replace(np.inf, NEVER).fillna(np.inf)
    order = np.lexsort([*table.to_numpy().T[::-1], has_none])
    sorted_ = table.iloc[order]
    differs = (sorted_ != sorted_.shift()).any(axis=1).to_numpy()
    rank = np.maximum.accumulate(np.where(differs, np.arange(1.0, len(rows) + 1), 1.0))
    ranked = rows.iloc[order].reset_index(drop=True)
    ranked.insert(0, "rank", np.where(has_none.iloc[order], np.nan, rank))
    return ranked


def filled(board: Board, more: Sequence[pd.DataFrame]) -> Board:
    """Return `board` with the numbers that columns bring with them (`reports.columns.brought`)."""
    curves = board.rows["curve"]
    here = pd.MultiIndex.from_arrays([curves, np.full(len(curves), board.at)])
    numbers = [
        frame.reindex(here if frame.index.nlevels > 1 else curves).reset_index(drop=True)
        for frame in more
    ]
    return replace(board, rows=pd.concat([board.rows, *numbers], axis=1))


def best_of_each(board: Board, axis: str) -> Board:
    """Return `board` with the first row of each component of `axis` only, its rank unchanged.

    Rows that were the best of more candidates had more chances; `n_candidates` counts them. One
    that sees hidden labels is the first only where all do, and a candidate there only.
    """
    by = board.rows.groupby([axis, "sees_labels"])
    rows = board.rows.assign(n_candidates=by[axis].transform("size"))
    first = rows.drop_duplicates(axis).reset_index(drop=True)
    return replace(board, rows=first, by=axis)
