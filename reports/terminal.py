"""A leaderboard in the terminal: a table on a screen, plain columns in a pipe."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.interval import ENOUGH
from reports.leaderboard import Board
from reports.metric_names import TITLES

NOTHING = "-"


def show(board: Board, top: int, console: Console) -> None:
    """Print the first `top` rows of `board`."""
    rows = board.rows.head(top)
    header = _header(board)
    cells = [_cells(row, board) for _, row in rows.iterrows()]
    if console.is_terminal:
        table = Table(*header, title=Text(heading(board)), title_justify="left")
        for column, name in zip(table.columns, header, strict=True):
            column.justify = "right" if name == "#" else "left"
        for line in cells:
            table.add_row(*map(Text, line))
        console.print(table)
    else:
        widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
        lines = [heading(board)]
        for line in [header, *cells]:
            padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
        console.print(Text("\n".join(lines)), soft_wrap=True)
    for note in notes(board, shown=len(rows)):
        console.print(Text(note), soft_wrap=True)


def heading(board: Board) -> str:
    """Return what the table shows: `ton: macro-F1 at 500 labels; target 0.861`."""
    title = f"{board.dataset}: {TITLES[board.metric]} at {board.at:,} labels"
    if board.budget is None:
        title += ", ranked by labels to the target, then by area under the curve"
    return title


def notes(board: Board, shown: int) -> list[str]:
    """Return the lines below the table: how to read it, and what is not in it."""
    lines = []
    target = board.target
    if target is None:
        lines.append("no target: the reference has no score on the full pool yet")
    else:
        lines.append(
            f"target {target.value:.3f}; the reference scores {target.reference:.3f} with all "
            f"{target.n_labels:,} labels ({_repeats(target.n_repeats)})"
        )
    if board.n_repeats < ENOUGH:
        range_ = "; [lowest, highest] instead" if board.n_repeats > 1 else ""
        lines.append(f"no intervals: {_repeats(board.n_repeats)}{range_}")
    else:
        lines.append(
            "± is half of a 95 % Student-t interval over repeats; [lowest, highest] where there "
            f"are fewer than {ENOUGH}"
        )
    if board.rows["is_partial"].any():
        lines.append("* fewer repeats than the dataset has; nothing is imputed")
    hidden = len(board.rows) - shown
    if hidden:
        lines.append(f"{hidden} more row{'s' * (hidden > 1)}: --top {len(board.rows)}")
    return lines


def labels(row: pd.Series, most: int) -> str:
    """Return the labels to the target with the repeats that reach it: `200 (4/5)`.

    `most` is the largest budget: only there is "never" said.
    """
    median = row["to_target"]
    if pd.isna(median):
        return NOTHING
    of = f"({int(row['to_target_reached'])}/{int(row['to_target_n_repeats'])})"
    if math.isinf(median):
        within = int(row["to_target_within"])
        return f"{'never by' if within == most else '>'} {within:,} {of}"
    bound = "<= " if median <= row["to_target_first"] else ""
    return f"{bound}{median:,.0f} {of}"


def score(row: pd.Series, name: str) -> str:
    """Return a mean with its interval, or with the range of fewer than five repeats."""
    mean, half = row[name], row[f"{name}_half"]
    if pd.isna(mean):
        return NOTHING
    if not pd.isna(half):
        return f"{mean:.3f} ± {half:.3f}"
    if row[f"{name}_n_repeats"] == 1:
        return f"{mean:.3f}"
    return f"{mean:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"


def _header(board: Board) -> list[str]:
    names = ["#", "classifier", "scaler", "resampler", "strategy", "tuned", "default"]
    area = ["AUBC"] if board.rows["aubc"].notna().any() else []
    return [*names, "no twins", "to target", *area, "repeats", "failures"]


def _cells(row: Any, board: Board) -> list[str]:
    rank = NOTHING if pd.isna(row["rank"]) else str(int(row["rank"]))
    names = [row[name] for name in ("classifier", "scaler", "resampler", "strategy")]
    novel = NOTHING if pd.isna(row["novel"]) else f"{row['novel']:.3f}"
    area = [NOTHING if pd.isna(row["aubc"]) else f"{row['aubc']:.3f}"]
    coverage = f"{row['tuned_n_repeats']}/{board.n_repeats}{'*' if row['is_partial'] else ''}"
    return [
        rank,
        *names,
        score(row, "tuned"),
        score(row, "default"),
        novel,
        labels(row, board.most),
        *(area if board.rows["aubc"].notna().any() else []),
        coverage,
        str(row["failures"]),
    ]


def _repeats(n: int) -> str:
    return f"{n} repeat{'' if n == 1 else 's'}"
