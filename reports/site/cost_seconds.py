"""The parts of the cost page on seconds and memory."""

from __future__ import annotations

import pandas as pd

from datasets.visible import one_line
from reports import spent, units
from reports.figures import PALETTE
from reports.site.content import Content
from reports.site.draw.bars import stacked
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table

STEPS = {  # of a cell: column -> what it is called
    "buying_s": "buying the labels",
    "tuning_s": "tuning, but for one fit",
    "fit_s": "one fit",
}
_SCALES = ((3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


def by_budget(content: Content) -> Panels:
    """Seconds of a cell by classifier, at each budget; the largest is shown first."""
    seconds = content.frames.seconds
    by = seconds.groupby(["dataset", "n_labels", "classifier"])
    found = by[[*STEPS]].median().join(by.size().rename("cells")).reset_index()
    panels: dict[Key, Panel] = {}
    for dataset in content.datasets:
        for budget in reversed(content.grid.budgets[dataset]):
            is_mine = (found["dataset"] == dataset) & (found["n_labels"] == budget)
            panels[dataset, str(budget)] = _steps(found[is_mine], dataset, budget)
    budgets = {at for of in content.grid.budgets.values() for at in of}
    titles = {str(n): f"{n:,}" for n in budgets}
    choices = [Choice("dataset", "Dataset"), Choice("seconds-at", "Labels bought", titles)]
    return Panels("seconds", "Seconds of work for one cell", choices, panels)


def _steps(rows: pd.DataFrame, dataset: str, budget: int) -> Panel:
    if rows.empty:
        return Panel(note=f"No study has begun at {budget:,} labels yet.")
    rows = rows.sort_values("classifier")
    names = rows["classifier"].tolist()
    fit = rows["fit_s"].fillna(0.0)
    tuning = (rows["tuning_s"].fillna(0.0) - fit).clip(lower=0)
    parts = [rows["buying_s"].fillna(0.0), tuning, fit]
    about = f"Seconds of work for a cell on {one_line(dataset)} at {budget:,} labels: "
    about += "buying the labels, tuning, and one fit of the model (which is part of tuning). "
    about += "Medians over repeats, then over cells."
    figure = stacked(
        names,
        {title: part.tolist() for title, part in zip(STEPS.values(), parts, strict=True)},
        "seconds",
        about,
        PALETTE,
    )
    columns = [
        Column("classifier"),
        Column("cells", "Curves with a study at this budget", is_number=True),
        Column("buying", "Fits, scores and queries of all rounds up to there", is_number=True),
        Column("tuning", "All trials of the study", is_number=True),
        Column("one fit", "Median fit of a trial that ended well", is_number=True),
    ]
    cells: list[list[Cell]] = [
        [
            one_line(row["classifier"]),
            (f"{row['cells']:,}", float(row["cells"])),
            *(_seconds(row[name]) for name in STEPS),
        ]
        for _, row in rows.iterrows()
    ]
    missing = rows.loc[rows["buying_s"].isna(), "classifier"]
    said = f"No round at this budget is stored for {', '.join(map(one_line, missing))}."
    return Panel(figure, Table(columns, cells), said if len(missing) else "")


def memory(content: Content) -> Panels:
    """Peak memory of the trials, by classifier."""
    found = spent.memory(content.results).reset_index()
    panels: dict[Key, Panel] = {}
    for dataset in content.datasets:
        rows = found[found["dataset"] == dataset].sort_values("classifier")
        median = rows["median"] / 1e6
        about = f"Highest memory of the worker process during a trial on {one_line(dataset)}, by "
        about += "classifier: the median trial, and how much more the largest took."
        figure = stacked(
            rows["classifier"].tolist(),
            {
                "median trial": median.tolist(),
                "more in the largest": (rows["largest"] / 1e6 - median).tolist(),
            },
            "memory in MB",
            about,
            (PALETTE[0], PALETTE[5]),
        )
        columns = [
            Column("classifier"),
            Column("trials", "That were measured", is_number=True),
            Column("median", "Of the highest memory during a trial", is_number=True),
            Column("largest", "Highest memory during any trial", is_number=True),
        ]
        cells: list[list[Cell]] = [
            [
                one_line(row["classifier"]),
                (f"{row['n']:,}", float(row["n"])),
                *((units.size(row[name]), float(row[name])) for name in ("median", "largest")),
            ]
            for _, row in rows.iterrows()
        ]
        panels[dataset,] = Panel(figure, Table(columns, cells))
    return Panels("memory", "Memory of a trial", [Choice("dataset", "Dataset")], panels)


def of_run(content: Content) -> Panels:
    """All work that is stored, over all datasets."""
    found = spent.seconds_of_run(content.results)
    total = found.sum(axis=1)
    scale, unit = next((s for s in _SCALES if total.max() >= s[0]), _SCALES[-1])
    about = f"{unit.capitalize()} of work in the whole run, over all datasets, by classifier. "
    about += f"Together {_clock(float(total.sum()))[0]}; work on several machines is added up."
    parts = {str(phase): (found[phase] / scale).tolist() for phase in found if found[phase].any()}
    colours = [PALETTE[i] for i, phase in enumerate(found) if phase in parts]
    figure = stacked(found.index.tolist(), parts, f"{unit} of work", about, colours)
    columns = [
        Column("classifier"),
        Column("buying", "Rounds of all acquisitions", is_number=True),
        Column("tuning", "All trials", is_number=True),
        Column("testing rounds", "Tests after rounds, with default parameters", is_number=True),
        Column("references", "Fits with all labels of the pool", is_number=True),
        Column("total", is_number=True),
    ]
    whole = pd.concat([found, found.sum().to_frame("all").T]) if len(found) > 1 else found
    cells: list[list[Cell]] = [
        [one_line(name), *(_clock(value) for value in [*row, sum(row)])]
        for name, row in zip(whole.index, whole.to_numpy().tolist(), strict=True)
    ]
    panel = Panel(figure, Table(columns, cells))
    return Panels("run", "Work in the whole run", [], {(): panel})


def _seconds(value: float) -> Cell:
    return ("-", None) if pd.isna(value) else (units.duration(value), float(value))


def _clock(seconds: float) -> tuple[str, float | None]:
    """Return seconds in the unit that suits them, as a cell."""
    scale, unit = next((s for s in _SCALES if seconds >= s[0]), _SCALES[-1])
    return f"{seconds / scale:,.1f} {unit}", seconds
