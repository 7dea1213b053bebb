"""The part of the leaderboard's page with every measure of whole curves: a line in `SHOWN` each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER, METRICS
from reports.areas import areas
from reports.columns import SEES_LABELS
from reports.curves import over_repeats
from reports.efficiency.measures import MEASURES
from reports.efficiency.of_run import BASELINE
from reports.leaderboard import PIPELINE
from reports.measures import Measures
from reports.metric_names import TITLES
from reports.site.content import Content
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table
from reports.site.written import NEVER, NOTHING

PUBLISHED = "rebenchmark_2025"
ONE_BUDGET = "One budget only, so there is no curve to measure."


@dataclass(frozen=True)
class Shown:
    """One measure as a column: its name in `MEASURES`, or a published area."""

    title: str
    name: str
    about: str
    is_extra: bool = False


SHOWN = (
    Shown("data utilisation", "data_utilisation", "labels for the last score of random, over its"),
    Shown("deficiency", "deficiency", "what is missing to all labels, over that of random"),
    Shown(
        "deficiency (2004)",
        "deficiency_2004",
        "the same, to the last score of random (Baram, El-Yaniv and Luz)",
        is_extra=True,
    ),
    Shown("own ceiling", "labels_to_own_ceiling", "labels to 95 % of itself with all labels"),
    Shown("AUBC", "aubc", "mean height of the curve"),
    Shown("AUBC, log", "aubc_log", "the same over the logarithm of the labels", is_extra=True),
    Shown("ramp-up", "ramp_up", "mean height over the first third of the labels"),
    Shown("plateau", "plateau", "over the second third"),
    Shown("final", "final", "over the last third"),
    Shown(PUBLISHED, PUBLISHED, "area as Lu et al. 2025 and Zhan et al. 2021 compute it"),
)
AGAINST_CHANCE = ("data_utilisation", "deficiency", "deficiency_2004")


def measured(content: Content) -> Panels:
    """Return the measures of every curve by dataset and metric, in the leaderboard's order."""
    panels: dict[Key, Panel] = {}
    metrics = [content.metric, *(name for name in METRICS if name != content.metric)]
    for metric in metrics:
        measures = content.frames.measures(metric)
        found = _summaries(content, measures)
        for dataset in content.datasets:
            panels[dataset, metric] = _panel(content, dataset, metric, found)
    return Panels(
        "efficiency",
        "By every measure",
        [Choice("dataset", "Dataset"), Choice("metric", "Metric", TITLES)],
        panels,
        split=2,
    )


def _summaries(content: Content, measures: Measures) -> dict[str, pd.DataFrame]:
    """Return by name of a measure what it comes to over repeats, indexed by curve."""
    over = measures.efficiency_summary.reset_index()
    over = over[over["series"] == "tuned"]
    found = {str(name): rows.set_index("curve") for name, rows in over.groupby("measure")}
    published = areas(measures.points, content.grid, content.results)[PUBLISHED].dropna()
    if len(published):
        rows = published.rename("value").reset_index()
        summed = over_repeats(rows[rows["series"] == "tuned"], ["curve"])
        found[PUBLISHED] = summed.rename(columns={"n_repeats": "n"})
    return found


def _panel(content: Content, dataset: str, metric: str, found: Mapping[str, pd.DataFrame]) -> Panel:
    if len(content.grid.budgets[dataset]) == 1:
        return Panel(note=ONE_BUDGET)
    board = content.board(dataset, None, metric)
    rows = board.rows
    shown = [
        one
        for one in SHOWN
        if one.name in found and found[one.name].index.isin(rows["curve"]).any()
    ]
    if not shown:
        return Panel(note=f"No curve has a {TITLES[metric]} at every budget yet.")
    is_low = metric in LOWER_IS_BETTER
    columns = [
        Column("#", "rank in the leaderboard over all budgets", is_number=True),
        *(Column(axis, is_filter=True) for axis in PIPELINE),
        *(
            Column(
                one.title,
                one.about,
                is_number=True,
                is_extra=one.is_extra,
                is_best_high=_is_best_high(one.name, is_low=is_low),
            )
            for one in shown
        ),
    ]
    cells = [_row(row, shown, found) for row in rows.to_dict("records")]
    caption = f"{one_line(dataset)}: label efficiency by {TITLES[metric]}, tuned models; "
    caption += f"never: not by {board.most:,} labels"
    return Panel(table=Table(columns, cells, caption, "curves.html"))


def _is_best_high(name: str, *, is_low: bool) -> bool:
    measure = MEASURES.get(name)
    if measure is None or measure.unit == "score":
        return not is_low
    return measure.more_is_better


def _row(
    row: dict[Hashable, Any], shown: list[Shown], found: Mapping[str, pd.DataFrame]
) -> list[Cell]:
    rank: Cell = (NOTHING, None) if pd.isna(row["rank"]) else (f"{row['rank']:.0f}", row["rank"])
    names = [one_line(row[axis]) for axis in PIPELINE]
    names[-1] += SEES_LABELS * bool(row["sees_labels"])
    cells = [rank, *names]
    for one in shown:
        of = found[one.name]
        is_itself = row["strategy"] == BASELINE and one.name in AGAINST_CHANCE
        known = row["curve"] in of.index and not is_itself
        cells.append(_cell(one.name, of.loc[row["curve"]]) if known else (NOTHING, None))
    return cells


def _cell(name: str, of: pd.Series[float]) -> Cell:
    """Write a mean with its interval or range; of what may be never, the median and who saw it."""
    measure = MEASURES.get(name)
    if measure is not None and measure.is_censored:
        reached = f"({of['n'] - of['n_censored']:.0f}/{of['n']:.0f})"
        if math.isinf(of["median"]):
            return f"never {reached}", NEVER
        is_labels = measure.unit == "labels"
        text = f"{of['median']:,.0f}" if is_labels else f"{of['median']:.2f}"
        return f"{text} {reached}", float(f"{of['median']:.6g}")
    mean, spread = of["mean"], ""
    if not math.isnan(of["half"]):
        spread = f" ± {of['half']:.3f}"
    elif of["n"] > 1:
        spread = f" [{of['low']:.3f}, {of['high']:.3f}]"
    return f"{mean:.3f}{spread}", float(f"{mean:.6g}")
