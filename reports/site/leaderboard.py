"""The leaderboard: sorted by anything, filtered by any axis, at each budget, by each metric."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from harness.schema import AXES, LOWER_IS_BETTER, METRICS
from reports import table_files, terminal
from reports.columns import COLUMNS, cells
from reports.leaderboard import Board
from reports.metric_names import TITLES
from reports.site.any_score import until_a_score
from reports.site.content import Content
from reports.site.downloads import Download, frames
from reports.site.efficiency import measured
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table
from reports.site.written import NEVER

ALL = "all"
SCORES = ("tuned", "default", "gain", "no twins", "AUBC")


def fill(content: Content, files: Files) -> Filled:
    """Compute every board, by dataset, metric and budget."""
    panels: dict[Key, Panel] = {}
    metrics = [content.metric, *(name for name in METRICS if name != content.metric)]
    for dataset in content.datasets:
        budgets = content.grid.budgets[dataset]
        for metric in metrics:
            for budget in (None, *budgets):
                one = content.board(dataset, budget, metric)
                at = ALL if budget is None else str(budget)
                panels[dataset, metric, at] = Panel(table=_table(one), reading=_reading(one))
    choices = [
        Choice("dataset", "Dataset"),
        Choice("metric", "Metric", TITLES),
        Choice("budget", "Budget", _budgets(panels)),
    ]
    sent = Panels("leaderboard", "Leaderboard", choices, panels, split=2).sent(files)
    return {
        "leaderboard": sent,
        "efficiency": measured(content).sent(files),
        "until": until_a_score(content).sent(files),
        "downloads": _downloads(content, files),
    }


def _table(one: Board) -> Table:
    is_low = one.metric in LOWER_IS_BETTER
    texts = cells(one.rows, one, is_wide=True)
    columns = [
        Column(
            name,
            column.about,
            is_number=bool(column.sort),
            is_filter=name in AXES,
            is_best_high=column.is_best_high and not (is_low and name in SCORES),
            is_extra=column.is_wide,
        )
        for name, column in COLUMNS.items()
    ]
    each = [
        _keyed(texts[name], one.rows[column.sort]) if column.sort else texts[name]
        for name, column in COLUMNS.items()
    ]
    return Table(columns, list(zip(*each, strict=True)), terminal.heading(one), "curves.html")


def _keyed(texts: Iterable[str], numbers: pd.Series[float]) -> list[Cell]:
    """Put what a text is sorted by beside it, where the text itself does not say it."""
    return [(text, _key(number)) for text, number in zip(texts, numbers.tolist(), strict=True)]


def _key(number: float) -> float | None:
    if number is None or math.isnan(number):
        return None
    return float(f"{number:.6g}") if math.isfinite(number) else math.copysign(NEVER, number)


def _reading(one: Board) -> str:
    notes = [f"{note}." for note in terminal.notes(one, shown=len(one.rows))]
    return " ".join(note[0].upper() + note[1:] for note in notes)


def _budgets(panels: Iterable[Key]) -> dict[str, str]:
    found = {at for _, _, at in panels if at != ALL}
    return {ALL: "all: labels to the target"} | {at: f"{int(at):,} labels" for at in found}


def _downloads(content: Content, files: Files) -> list[Download]:
    grid, metric = content.grid, content.metric
    choice = table_files.Choice(None, None, None)
    shown = table_files.boards(content.main, content.results, content.datasets, choice)
    texts = {"md": table_files.as_markdown(shown), "tex": table_files.as_latex(shown)}
    whole = pd.concat([table_files.numbers(one) for one in shown], ignore_index=True)
    over = [
        table_files.numbers(table_files.Shown(board, board, None, None))
        for dataset in content.datasets
        for board in [content.board(dataset, budget) for budget in grid.budgets[dataset]]
    ]
    title = TITLES[metric]
    found = frames(
        files,
        {
            "leaderboard": (f"Leaderboards over all budgets, by {title}", whole),
            "leaderboard-by-budget": (
                f"Leaderboards at each budget, by {title}",
                pd.concat(over, ignore_index=True),
            ),
            "efficiency": (
                f"Every measure of label efficiency by {title}, per repeat",
                content.frames.efficiency(metric),
            ),
            "efficiency-summary": (
                "The same, over repeats",
                content.frames.efficiency_summary(metric),
            ),
        },
    )
    more = [files.download(f"leaderboard.{kind}", text.encode()) for kind, text in texts.items()]
    return [Download(found[0].about, (*found[0].paths, *more)), *found[1:]]
