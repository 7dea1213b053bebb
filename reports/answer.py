"""The answer in one sentence per dataset: how few labels, by whom, and how sure that is."""

from __future__ import annotations

import math

import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.leaderboard import Board
from reports.metric_names import TITLES


def answer(board: Board, reference: str, share: float) -> str:
    """Return one or two sentences on `board`, which ranks curves over all budgets.

    `reference` names the pipeline that sets the target, `share` is the part of its score.
    """
    metric = TITLES[board.metric]
    if not board.rows["tuned"].notna().any():
        return f"No tuned model of {board.dataset} has a {metric} yet."
    if board.target is None:
        return (
            f"No target yet: {reference} has no {metric} on the full pool of {board.dataset}. "
            f"{_best(board, metric)}"
        )
    part = f"{share:.0%} of the reference's {metric}".replace("%", " %")
    if board.metric in LOWER_IS_BETTER:
        part = f"the reference's {metric} divided by {share}"
    goal = (
        f"{part} (target {board.target.value:.3f}; {reference} scores "
        f"{board.target.reference:.3f} with all {board.target.n_labels:,} labels)"
    )
    reached = board.rows["to_target"]
    first = board.rows.iloc[0]
    if not math.isfinite(first["to_target"]):
        return f"No curve reaches {goal} within {board.most:,} labels. {_best(board, metric)}"
    ties = int((reached == first["to_target"]).sum()) - 1
    as_well = f", as do{'es' * (ties == 1)} {ties} other curve{'s' * (ties > 1)}" if ties else ""
    return (
        f"{_pipeline(first)} reaches {goal} with {_labels(first)}{as_well}. {_others(board)}"
    ).rstrip()


def _others(board: Board) -> str:
    rows = board.rows[board.rows["to_target"].notna()]
    n, never = len(rows), rows["to_target"] == math.inf
    by_the_end = int((never & (rows["to_target_within"] >= board.most)).sum())
    unknown = int(never.sum()) - by_the_end
    if n == 1:
        return ""
    if not never.any():
        return f"All {n} curves reach it within {board.most:,}."
    reach = "reaches" if by_the_end == 1 else "reach"
    said = f"{by_the_end} of {n} curves never {reach} it within {board.most:,}"
    if unknown:
        said += f"; of {unknown} more this is not known, as scores are missing at larger budgets"
    return said + "."


def _pipeline(row: pd.Series) -> str:
    rest = f"scaler {row['scaler']}, resampler {row['resampler']}"
    return f"{row['classifier']} with {row['strategy']} ({rest})"


def _labels(row: pd.Series) -> str:
    n, of = int(row["to_target_reached"]), int(row["to_target_n_repeats"])
    labels = f"{row['to_target']:,.0f} labels"
    if row["to_target"] <= row["to_target_first"]:
        labels += " or fewer, the smallest budget measured"
    if of == 1:
        return f"{labels} (one repeat)"
    return f"{labels} (median of {of} repeats{'' if n == of else f', {n} of which reach it'})"


def _best(board: Board, metric: str) -> str:
    best = board.rows[board.rows["tuned"].notna()].iloc[0]
    n = int(best["tuned_n_repeats"])
    over = f"mean of {n} repeats" if n > 1 else "one repeat"
    return (
        f"The first in the ranking is {_pipeline(best)}: "
        f"{metric} {best['tuned']:.3f} at {board.at:,} labels ({over})."
    )
