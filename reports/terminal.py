"""A leaderboard in the terminal: a table on a screen, plain columns in a pipe."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from datasets.visible import one_line
from reports import units
from reports.interval import ENOUGH
from reports.leaderboard import PIPELINE, Board
from reports.metric_names import TITLES

NOTHING = "-"
LIMITED = "†"


def show(board: Board, top: int, console: Console) -> None:
    """Print the first `top` rows of `board`; on a screen without the columns that say nothing."""
    rows = board.rows.head(top)
    columns = _columns(rows, board)
    title, hidden = heading(board), []
    if console.is_terminal:
        idle = [name for name, cells in columns.items() if _says_nothing(name, cells)]
        shared = [f"{name} {columns[name][0]}" for name in PIPELINE if name in idle]
        title += f" ({', '.join(shared)})" if shared else ""
        columns = {name: cells for name, cells in columns.items() if name not in idle}
        hidden = narrowed(columns, console.width)
        table = Table(*columns, title=Text(title, style="bold"), title_justify="left", box=SIMPLE)
        for line in zip(*columns.values(), strict=True):
            table.add_row(*map(Text, line))
        console.print(table)
    else:
        widths = [max(map(len, [name, *cells])) for name, cells in columns.items()]
        lines = [columns, *zip(*columns.values(), strict=True)]
        padded = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        console.print(Text("\n".join([title, *padded])), soft_wrap=True)
    if hidden:
        console.print(Text(f"too narrow for: {', '.join(hidden)}"), soft_wrap=True)
    for note in notes(board, shown=len(rows)):
        console.print(Text(note), soft_wrap=True)


def heading(board: Board) -> str:
    """Return what the table shows: `ton: macro-F1 at 500 labels; target 0.861`."""
    title = f"{one_line(board.dataset)}: {TITLES[board.metric]} at {board.at:,} labels"
    if board.budget is None:
        title += ", ranked by labels to the target, then by area under the curve"
    return title


def notes(board: Board, shown: int) -> list[str]:
    """Return the lines below the table: how to read it, and what is not in it."""
    lines = []
    target = board.target
    if target is None:
        lines.append(one_line(f"no target: {board.no_target}"))
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
    if board.rows["latency_row_s"].notna().any():
        lines.append(
            "size, and latency of one row, in Python on the worker: the tuned models' median"
        )
    if board.rows["limited"].any():
        lines.append(
            f"{LIMITED} timeouts, out-of-memory or crashes among them: on another machine its "
            "numbers may be others"
        )
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


def _columns(rows: pd.DataFrame, board: Board) -> dict[str, list[str]]:
    each = [row for _, row in rows.iterrows()]
    found = {"#": [NOTHING if pd.isna(rank) else f"{rank:.0f}" for rank in rows["rank"]]}
    found |= {name: list(map(one_line, rows[name])) for name in PIPELINE}
    found |= {name: [score(row, name) for row in each] for name in ("tuned", "default")}
    found["no twins"] = [_digits(value) for value in rows["novel"]]
    found["to target"] = [labels(row, board.most) for row in each]
    found["AUBC"] = [_digits(value) for value in rows["aubc"]]
    found["size"] = [_in(units.size, n_bytes) for n_bytes in rows["model_bytes"]]
    found["latency"] = [_in(units.duration, seconds) for seconds in rows["latency_row_s"]]
    found["repeats"] = [
        f"{n}/{board.n_repeats}{'*' * is_partial}"
        for n, is_partial in zip(rows["coverage"], rows["is_partial"], strict=True)
    ]
    found["failures"] = [
        f"{n}{LIMITED * (limited > 0)}"
        for n, limited in zip(rows["failures"], rows["limited"], strict=True)
    ]
    return found


def narrowed(columns: dict[str, list[str]], width: int) -> list[str]:
    """Take out columns, the least needed first, until the rest fits; coverage always stays.

    Returns the names of those taken out.
    """
    hidden: list[str] = []
    for name in ("failures", "latency", "AUBC", "size", "no twins", "default"):
        wide = sum(max(map(len, [head, *cells])) + 3 for head, cells in columns.items())
        if wide > width and name in columns:
            del columns[name]
            hidden.append(name)
    return hidden


def _says_nothing(name: str, column: list[str]) -> bool:
    if name in PIPELINE:
        return len(column) > 1 and len(set(column)) == 1
    return set(column) <= {NOTHING, "0"}


def _in(unit: Callable[[float], str], value: float) -> str:
    return NOTHING if pd.isna(value) else unit(value)


def _digits(value: float) -> str:
    return NOTHING if pd.isna(value) else f"{value:.3f}"


def _repeats(n: int) -> str:
    return f"{n} repeat{'' if n == 1 else 's'}"
