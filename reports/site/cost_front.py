"""The part of the cost page that sets a score against what it costs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from datasets.visible import one_line
from harness.schema import COSTS, LOWER_IS_BETTER
from reports import cost_cells, units
from reports.answer import pipeline
from reports.columns import SEES_LABELS, records
from reports.cost_cells import AGAINST, WORK
from reports.leaderboard import PIPELINE
from reports.metric_names import TITLES
from reports.site.content import Content
from reports.site.draw.trade import Axes, Unit, trade
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table

COST_TITLES = {
    "model_bytes": "model size",
    "latency_row_s": "latency of one row",
    WORK: "seconds of buying and tuning",
}
_UNITS: dict[str, Unit] = {
    "n_parameters": "{:,.0f}".format,
    "model_bytes": units.size,
    "n_operations": "{:,.0f}".format,
    "latency_row_s": units.duration,
    "latency_batch_s": units.duration,
    WORK: units.duration,
}
_KNOWN = [*COSTS, WORK]
_COLUMNS = [
    Column("parameters", "Learned or stored numbers; of trees: nodes", is_number=True),
    Column("size", "Bytes of what the model predicts from", is_number=True),
    Column("operations", "For one row: multiply-adds; of trees: comparisons", is_number=True),
    Column("latency, 1 row", "To classify one row in Python", is_number=True),
    Column("latency, 1,024 rows", "To classify 1,024 rows at once", is_number=True),
    Column("buying + tuning", "Seconds of work, median over repeats", is_number=True),
]


def named_cells(content: Content) -> pd.DataFrame:
    """Return `reports.cost_cells` by the main metric, with names, and `what` as one text."""
    cells = cost_cells.cost_cells(content.frames, content.metric).reset_index()
    names = content.grid.curves.loc[cells["curve"], ["dataset", *PIPELINE]]
    cells[names.columns] = names.to_numpy()
    curves = content.grid.curves[PIPELINE]
    curves = curves.assign(sees_labels=curves["strategy"].isin(content.grid.seeing))
    what = [pipeline(row) for row in records(curves)]
    cells["what"] = np.array(what, dtype=object)[cells["curve"]]
    return cells


def answers(content: Content, cells: pd.DataFrame) -> list[str]:
    """Say for each dataset what the best cell costs, and how good the smallest model is."""
    found = []
    for dataset in content.datasets:
        at = cells[(cells["dataset"] == dataset) & ~cells["is_partial"] & cells["mean"].notna()]
        at = at[~at["sees_labels"]]
        if at.empty:
            found.append(f"On {one_line(dataset)} no cell has all repeats yet.")
            continue
        budget = int(at["n_labels"].max())
        at = at[at["n_labels"] == budget].reset_index(drop=True)
        is_lower = content.metric in LOWER_IS_BETTER
        best = at.iloc[int(np.argmin(at["mean"]) if is_lower else np.argmax(at["mean"]))]
        said = f"On {one_line(dataset)} at {budget:,} labels {best['what']} scores best "
        said += f"({TITLES[content.metric]} {best['mean']:.3f}){_price(best)}."
        order = cost_cells.front(at, "model_bytes", content.metric)
        if len(order) and at["curve"].iloc[order[0]] != best["curve"]:
            least = at.iloc[order[0]]
            said += f" The smallest model on the front is {least['what']}, with "
            said += f"{units.size(least['model_bytes'])} and {least['mean']:.3f}."
        found.append(said)
    return found


def _price(cell: pd.Series) -> str:
    known = [
        (f"{_UNITS[name](cell[name])}{text}")
        for name, text in (
            ("model_bytes", " of model"),
            ("latency_row_s", " a row"),
            (WORK, " of buying and tuning"),
        )
        if not pd.isna(cell[name])
    ]
    return f", for {', '.join(known)}" if known else "; what it costs is not known"


def front(content: Content, cells: pd.DataFrame) -> Panels:
    """Score against each cost, at each budget: the largest is shown first."""
    panels: dict[Key, Panel] = {}
    for dataset in content.datasets:
        mine = cells[cells["dataset"] == dataset]
        for against in AGAINST:
            for budget in reversed(content.grid.budgets[dataset]):
                at = mine[mine["n_labels"] == budget].reset_index(drop=True)
                panels[dataset, against, str(budget)] = _panel(
                    content, at, against, dataset, budget
                )
    budgets = {at for of in content.grid.budgets.values() for at in of}
    return Panels(
        "front",
        "Score against cost",
        [
            Choice("dataset", "Dataset"),
            Choice("against", "Cost", COST_TITLES),
            Choice("budget", "Labels bought", {str(n): f"{n:,}" for n in budgets}),
        ],
        panels,
        split=3,
    )


def _panel(content: Content, at: pd.DataFrame, against: str, dataset: str, budget: int) -> Panel:
    title = TITLES[content.metric]
    at = at.assign(cost=at[against])
    if at.empty:
        return Panel(note=f"No cell has a tuned {title} at {budget:,} labels yet.")
    best = cost_cells.front(at, against, content.metric)
    table = _table(content, at, list(best), budget)
    is_drawn = at["mean"].notna() & (at["cost"] > 0)
    if not is_drawn.any():
        why = "nobody measured it" if at["cost"].isna().all() else "all are 0"
        return Panel(None, table, f"The {COST_TITLES[against]} is not drawn: {why}.")
    drawn = at[is_drawn]
    places = drawn.index.get_indexer(pd.Index(best))
    lower = " (lower is better)" if content.metric in LOWER_IS_BETTER else ""
    about = f"{title} against {COST_TITLES[against]} on {one_line(dataset)} at {budget:,} labels: "
    about += "a point for each cell, a colour and symbol for each classifier. The dashed line "
    about += "joins the cells that no other beats in both."
    axes = Axes(COST_TITLES[against], title + lower, _UNITS[against], about)
    figure = trade(drawn, places[places >= 0], axes, content.styles["classifier"])
    return Panel(figure, table, _note(at, drawn))


def _note(at: pd.DataFrame, drawn: pd.DataFrame) -> str:
    said = ["One cell only: nothing to compare."] if len(at) == 1 else []
    if len(drawn) < len(at):
        said.append(f"{len(at) - len(drawn):,} more have no known cost and are not drawn.")
    if n := int(drawn["is_partial"].sum()):
        said.append(f"Hollow: {n:,} with fewer repeats; they do not compete.")
    return " ".join(said)


def _table(content: Content, at: pd.DataFrame, best: list[int], budget: int) -> Table:
    """The front first, cheapest first; then the others by score."""
    is_lower = content.metric in LOWER_IS_BETTER
    rest = at.drop(index=best).sort_values("mean", ascending=is_lower, kind="stable")
    shown = pd.concat([at.loc[best], rest])
    on_front = set(best)
    columns = [
        *(Column(axis, is_filter=True) for axis in PIPELINE),
        Column("front", "yes: no other cell is both better and cheaper", is_filter=True),
        Column(TITLES[content.metric], f"Tuned, at {budget:,} labels", is_number=True),
        Column("repeats", "With a score, of all", is_number=True),
        *_COLUMNS,
    ]
    of = content.grid.repeats[str(at["dataset"].iloc[0])]
    rows = [
        _row(row, of, i in on_front)
        for i, row in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    caption = (
        f"Cells at {budget:,} labels and what they cost: {len(at):,}, {len(best)} on the front"
    )
    return Table(columns, rows, caption)


def _row(row: Mapping[Hashable, Any], n_repeats: int, is_best: bool) -> list[Cell]:  # noqa: FBT001
    half = "" if pd.isna(row["half"]) else f" ± {row['half']:.3f}"
    return [
        *(one_line(row[axis]) for axis in PIPELINE[:-1]),
        one_line(row["strategy"]) + SEES_LABELS * bool(row["sees_labels"]),
        "yes" if is_best else "no",
        (f"{row['mean']:.3f}{half}", float(row["mean"])),
        (f"{int(row['n_repeats'])}/{n_repeats}", float(row["n_repeats"])),
        *(known(row[name], _UNITS[name]) for name in _KNOWN),
    ]


def known(value: float, unit: Unit) -> Cell:
    """Return a number as a cell: what is not known stands at the end, as a dash."""
    return ("-", None) if pd.isna(value) else (unit(value), float(value))
