"""What did not end well: by cause, by component, and what was done about it."""

from __future__ import annotations

import pandas as pd

from datasets.visible import one_line
from harness.schema import AXES
from reports.failure_shares import failure_shares
from reports.failures import MOST, failures, retries
from reports.grid import NO_FAILURE
from reports.site.content import Content
from reports.site.draw.bars import stacked
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Cell, Choice, Column, Figure, Json, Key, Panel, Panels, Table

# The same colour wherever a status is shown; colour-blind safe (reports.figures).
COLOURS = {
    "failed": "#D55E00",
    "timeout": "#0072B2",
    "oom": "#CC79A7",
    "crashed": "#8A6D00",
    "degenerate": "#009E73",
    "skipped": "#7A7F87",
}
SHOWN = 60  # bars


def fill(content: Content, files: Files) -> Filled:
    """Group what failed, and count it by component."""
    found = failures(content.results)
    trials = content.results.trials
    n_failed = int((~trials["status"].isin(NO_FAILURE)).sum())
    return {
        "failures": found[:MOST],
        "left_out": max(len(found) - MOST, 0),
        "n_failed": n_failed,
        "n_trials": len(trials),
        "total": sum(one.count for one in found),
        "retries": retries(content.results),
        "shares": _shares(content, files) if n_failed else None,
        "page_uses_plots": n_failed > 0,
    }


def _shares(content: Content, files: Files) -> Json:
    panels: dict[Key, Panel] = {(axis,): _panel(content, axis) for axis in _order()}
    choices = [Choice("axis", "Component")]
    return Panels("shares", "Failed trials by component", choices, panels).sent(files)


def _order() -> list[str]:
    """Classifiers first: it is mostly they."""
    return ["classifier", *(axis for axis in AXES if axis != "classifier")]


def _panel(content: Content, axis: str) -> Panel:
    found = failure_shares(content.results, axis)
    statuses = [name for name in COLOURS if name in found]
    columns = [
        Column(axis),
        Column("trials", "Stored, however they ended", is_number=True),
        Column("failures", "Ended without a score; pruned trials aside", is_number=True),
        Column("share", "Failures, of all its trials", is_number=True),
        *(Column(name, f"Of these, ended as {name}", is_number=True) for name in statuses),
    ]
    rows: list[list[Cell]] = [
        [
            one_line(str(name)),
            *((f"{int(row[n]):,}", float(row[n])) for n in ("n", "failures")),
            (f"{row['share']:.1%}".replace("%", " %"), float(row["share"])),
            *((f"{int(row[n]):,}", float(row[n])) for n in statuses),
        ]
        for name, row in found.iterrows()
    ]
    note = f"One {axis} only: nothing to compare." if len(found) == 1 else ""
    if len(found) > SHOWN:
        note = f"The figure shows the {SHOWN} with the highest shares; the table has all."
    return Panel(_bars(found.head(SHOWN), axis, statuses), Table(columns, rows), note)


def _bars(found: pd.DataFrame, axis: str, statuses: list[str]) -> Figure:
    parts = {name: (100 * found[name] / found["n"]).tolist() for name in statuses}
    about = f"Share of the trials of each {axis} that failed, in per cent, by how they ended."
    colours = [COLOURS[name] for name in statuses]
    names = found.index.map(str).tolist()
    return stacked(names, parts, "failed trials in %", about, colours)
