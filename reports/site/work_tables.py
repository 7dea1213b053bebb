"""The ids of acquisitions and studies: as tables where they are few, else as files only."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from datasets.visible import one_line
from harness.schema import AXES
from reports.site.content import Content
from reports.site.downloads import Download, frames
from reports.site.files import Files
from reports.site.panels import Cell, Choice, Column, Json, Key, Panel, Panels, Table
from reports.work_ids import acquisition_ids, study_ids

MOST = 2_000  # rows of a table; more are in the files alone
_ABOUT = {
    "acquisition_id": "What bought the labels; give it to `fewlabels rerun`",
    "study_id": "What tuned a cell on one repeat; give it to `fewlabels rerun`",
    "repeat": "Which split and pool order",
    "status": "How it ended",
    "n_labels": "Labels bought when it ended",
    "budget": "Labels bought in total",
    "trials": "Stored, however they ended",
    "failed": "Neither done nor pruned",
}
_IDS = ("acquisition_id", "study_id")
PLURALS = {"study": "studies", "acquisition": "acquisitions"}


@dataclass(frozen=True)
class Ids:
    """What the page shows of them."""

    sent: Json | None
    downloads: list[Download]


def tables(content: Content, files: Files) -> Ids:
    """Return the ids by dataset, and files with all of them."""
    found = {"study": study_ids(content.results), "acquisition": acquisition_ids(content.results)}
    found = {kind: rows for kind, rows in found.items() if len(rows)}
    panels: dict[Key, Panel] = {}
    for dataset in sorted({name for rows in found.values() for name in rows["dataset"].unique()}):
        for kind, rows in found.items():
            mine = rows[rows["dataset"] == dataset].drop(columns="dataset")
            if len(mine):
                panels[dataset, kind] = _panel(mine, kind)
    if not panels:
        return Ids(None, [])
    choices = [
        Choice("dataset", "Dataset"),
        Choice("kind", "Ids of", PLURALS),
    ]
    sent = Panels("ids", "Ids", choices, panels, split=2).sent(files)
    named = {PLURALS[kind]: rows for kind, rows in found.items()}
    tables_ = {name: (f"Ids of all {len(rows):,} {name}", rows) for name, rows in named.items()}
    return Ids(sent, frames(files, tables_))


def _panel(rows: pd.DataFrame, kind: str) -> Panel:
    if len(rows) > MOST:
        many = f"{len(rows):,} {PLURALS[kind]}: too many for a page."
        return Panel(note=f"{many} The files below have all.")
    columns = [
        Column(
            name,
            _ABOUT.get(name, ""),
            is_number=not _is_text(name),
            is_filter=name in AXES or name == "status",
        )
        for name in rows.columns
    ]
    return Panel(table=Table(columns, [_row(row) for row in rows.to_dict("records")]))


def _row(row: dict[object, object]) -> list[Cell]:
    return [
        one_line(str(value)) if _is_text(str(name)) else f"{value:,}" for name, value in row.items()
    ]


def _is_text(name: str) -> bool:
    return name in (*AXES, *_IDS, "status")
