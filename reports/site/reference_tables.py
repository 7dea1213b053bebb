"""The scores with all labels of the pool, by dataset and metric."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports.metric_names import TITLES
from reports.reference_scores import PIPELINE, reference_scores
from reports.site.content import Content
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table


def references(content: Content) -> Panels:
    """Return a table for each dataset and metric, the site's main metric first."""
    metrics = [content.metric, *(name for name in TITLES if name != content.metric)]
    panels: dict[Key, Panel] = {}
    found = {name: reference_scores(content.results.references, name) for name in metrics}
    for dataset in sorted(content.results.references["dataset"].unique()):
        for metric in metrics:
            panels[str(dataset), metric] = _panel(content, found[metric].loc[[dataset]], metric)
    choices = [Choice("dataset", "Dataset"), Choice("metric", "Metric", TITLES)]
    return Panels("references", "References: every label of the pool", choices, panels)


def _panel(content: Content, rows: pd.DataFrame, metric: str) -> Panel:
    title = TITLES[metric]
    lower = " (lower is better)" if metric in LOWER_IS_BETTER else ""
    columns = [
        *(Column(name) for name in PIPELINE[1:]),
        Column(title, f"On all test rows, mean over repeats{lower}", is_number=True),
        Column("no twins", "On the test rows that equal no row of the pool", is_number=True),
        Column("repeats", "With a score", is_number=True),
        Column("failures", "Repeats that ended without one", is_number=True),
        Column("target", "The one that sets the target of the dataset"),
    ]
    rows = rows.sort_values("mean", ascending=metric in LOWER_IS_BETTER)
    of = content.results.reference
    target = (of.classifier, of.scaler, of.resampler)
    cells = [_row(row, target) for row in rows.reset_index().to_dict("records")]
    known = rows["mean"].notna().any()
    note = "" if known else f"No reference has a {title}."
    return Panel(table=Table(columns, cells), note=note)


def _row(row: Mapping[Hashable, Any], target: tuple[str, ...]) -> list[Cell]:
    names = tuple(str(row[name]) for name in PIPELINE[1:])
    return [
        *map(one_line, names),
        _score(row, ""),
        _score(row, "novel_"),
        f"{row['n_repeats']:,}",
        f"{row['failures']:,}",
        "sets the target" if names == target and not pd.isna(row["mean"]) else "",
    ]


def _score(row: Mapping[Hashable, Any], prefix: str) -> Cell:
    mean, half = row[f"{prefix}mean"], row[f"{prefix}half"]
    if pd.isna(mean):
        return ("-", None)
    if not pd.isna(half):
        return (f"{mean:.3f} ± {half:.3f}", float(mean))
    if row[f"{prefix}n_repeats"] == 1:
        return (f"{mean:.3f}", float(mean))
    low, high = row[f"{prefix}low"], row[f"{prefix}high"]
    return (f"{mean:.3f} [{low:.3f}, {high:.3f}]", float(mean))
