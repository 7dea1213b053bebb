"""Areas under the curves as a table on the screen, and each repeat's as a CSV file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import RunFolderError
from harness.schema import AXES
from reports.areas import AREAS
from reports.grid import Grid
from reports.metric_names import TITLES

NOTHING = "-"


def show(areas: pd.DataFrame, grid: Grid, metric: str, console: Console) -> None:
    """Print mean ± sample standard deviation (repeats) of `areas` (`reports.areas.areas`)."""
    rows = [[*AXES, "series", *AREAS]]
    names = list(grid.curves[list(AXES)].itertuples(index=False, name=None))
    for (curve, series), repeats in areas.groupby(["curve", "series"]):
        each = (repeats[area].dropna().sort_values() for area in AREAS)
        rows.append([*names[int(str(curve))], str(series), *map(_summed_up, each)])
    title = f"area under the {TITLES[metric]} curve: mean ± standard deviation (repeats)"
    if console.is_terminal:
        table = Table(*rows[0], title=Text(title, style="bold"), title_justify="left", box=SIMPLE)
        for row in rows[1:]:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    console.print(Text("\n".join([title, *lines])), soft_wrap=True)


def write(areas: pd.DataFrame, grid: Grid, path: Path) -> None:
    """Write a row per curve, series and repeat. Raises `RunFolderError` if the disk refuses."""
    named = areas.reset_index().join(grid.curves, on="curve")
    try:
        named[[*AXES, "series", "repeat", *AREAS]].to_csv(path, index=False)
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}") from error


def _summed_up(values: pd.Series[float]) -> str:
    if values.empty:
        return NOTHING
    spread = f" ± {values.std():.4f}" if len(values) > 1 else ""
    return f"{values.mean():.4f}{spread} ({len(values)})"
