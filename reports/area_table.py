"""Areas under the curves as a table on the screen, and each repeat's as a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from datasets.visible import one_line
from harness.errors import RunFolderError
from harness.schema import AXES
from reports.areas import AREAS
from reports.grid import Grid
from reports.metric_names import TITLES

NOTHING = "-"


def show(
    areas: pd.DataFrame, grid: Grid, metric: str, console: Console, first: int | None = None
) -> None:
    """Print mean ± sample standard deviation (repeats) of `areas` (`reports.areas.areas`).

    `first` is the number of repeats that were looked at; None: all.
    """
    if areas.empty:
        console.print(f"no curve has a {TITLES[metric]} at enough numbers of labels for an area")
        return
    rows = [[*AXES, "series", *AREAS]]
    names = list(grid.curves[list(AXES)].itertuples(index=False, name=None))
    for (curve, series), repeats in areas.groupby(["curve", "series"]):
        of = names[int(str(curve))]
        n = min(grid.repeats[of[0]], first or sys.maxsize)
        cells = [_summed_up(repeats[area].dropna().sort_values(), n) for area in AREAS]
        rows.append([*map(one_line, of), str(series), *cells])
    title = f"area under the {TITLES[metric]} curve: mean ± standard deviation (repeats)"
    note = "* fewer repeats than the others have: not over the same splits"
    notes = [note] if any("*" in cell for row in rows for cell in row) else []
    if console.is_terminal:
        table = Table(*rows[0], title=Text(title, style="bold"), title_justify="left", box=SIMPLE)
        for row in rows[1:]:
            table.add_row(*map(Text, row))
        console.print(table, *notes, sep="\n")
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    console.print(Text("\n".join([title, *lines, *notes])), soft_wrap=True)


def write(areas: pd.DataFrame, grid: Grid, path: Path) -> None:
    """Write a row per curve, series and repeat. Raises `RunFolderError` if the disk refuses."""
    named = areas.reset_index().join(grid.curves, on="curve")
    try:
        named[[*AXES, "series", "repeat", *AREAS]].to_csv(path, index=False)
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}") from error


def _summed_up(values: pd.Series[float], n_repeats: int) -> str:
    if values.empty:
        return NOTHING
    spread = f" ± {values.std():.4f}" if len(values) > 1 else ""
    return f"{values.mean():.4f}{spread} ({len(values)}{'*' * (len(values) < n_repeats)})"
