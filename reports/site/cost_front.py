"""The part of the cost page that sets a score against what it costs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from datasets.visible import one_line
from harness.schema import COSTS, LOWER_IS_BETTER
from reports import units
from reports.cost_cells import AGAINST, WORK, cost_cells, front as unbeaten
from reports.leaderboard import PIPELINE
from reports.metric_names import TITLES
from reports.site.content import Content
from reports.site.draw.trade import Unit, trade
from reports.site.panels import Cell, Choice, Column, Panel, Panels, Table

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


def front(content: Content) -> Panels:
    """Score against each cost, at each budget: the largest is shown first."""
    cells = cost_cells(content.frames, content.metric).reset_index()
    names = content.grid.curves.loc[cells["curve"], ["dataset", *PIPELINE]]
    cells[names.columns] = names.to_numpy()
    shown = content.grid.curves[PIPELINE].map(one_line)
    cells["what"] = shown.agg(", ".join, axis=1).reindex(cells["curve"]).to_numpy()
    panels = {}
    for dataset in content.datasets:
        mine = cells[cells["dataset"] == dataset]
        for against in AGAINST:
            for budget in reversed(content.grid.budgets[dataset]):
                at = mine[mine["n_labels"] == budget].reset_index(drop=True)
                panels[dataset, against, str(budget)] = _panel(content, at, against, dataset, budget)
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
    best = unbeaten(at, against, content.metric)
    table = _table(content, at, list(best), budget)
    is_drawn = at["mean"].notna() & (at["cost"] > 0)
    if not is_drawn.any():
        why = "nobody measured it" if at["cost"].isna().all() else "all are 0"
        return Panel(None, table, f"The {COST_TITLES[against]} is not drawn: {why}.")
    drawn = at[is_drawn]
    places = drawn.index.get_indexer([int(i) for i in best])
    lower = " (lower is better)" if content.metric in LOWER_IS_BETTER else ""
    about = f"{title} against {COST_TITLES[against]} on {one_line(dataset)} at {budget:,} labels: "
    about += "a point for each cell, a colour and symbol for each classifier. The dashed line joins "
    about += "the cells that no other beats in both."
    figure = trade(
        drawn,
        places[places >= 0],
        (COST_TITLES[against], title + lower),
        _UNITS[against],
        content.styles["classifier"],
        about,
    )
    return Panel(figure, table, _note(at, drawn, len(best), budget))


def _note(at: pd.DataFrame, drawn: pd.DataFrame, n_best: int, budget: int) -> str:
    said = [f"{len(drawn):,} cell{'s' * (len(drawn) != 1)} at {budget:,} labels, {n_best} on the front."]
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
    return Table(columns, rows, f"Cells at {budget:,} labels and what they cost")


def _row(row: Mapping[Hashable, Any], n_repeats: int, is_best: bool) -> list[Cell]:  # noqa: FBT001
    half = "" if pd.isna(row["half"]) else f" ± {row['half']:.3f}"
    return [
        *(one_line(row[axis]) for axis in PIPELINE),
        "yes" if is_best else "no",
        (f"{row['mean']:.3f}{half}", float(row["mean"])),
        (f"{int(row['n_repeats'])}/{n_repeats}", float(row["n_repeats"])),
        *(known(row[name], _UNITS[name]) for name in _KNOWN),
    ]


def known(value: float, unit: Unit) -> Cell:
    """Return a number as a cell: what is not known stands at the end, as a dash."""
    return ("–", None) if pd.isna(value) else (unit(value), float(value))

