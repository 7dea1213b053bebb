"""What can be downloaded below each page: a table is a function and a line in `TABLES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from reports.class_recalls import as_frame
from reports.cost_cells import cost_cells
from reports.leaderboard import PIPELINE
from reports.site.content import Content


@dataclass(frozen=True)
class Offered:
    """One table: what it is, and how it is made."""

    about: str
    of: Callable[[Content], pd.DataFrame]


def at_budgets(content: Content) -> pd.DataFrame:
    """Every tested model at the budgets: of those after every round there may be millions."""
    rows = content.frames.scores
    budgets = [(name, at) for name, every in content.grid.budgets.items() for at in every]
    here = pd.MultiIndex.from_frame(rows[["dataset", "n_labels"]])
    return rows[here.isin(budgets)]


def methods(content: Content) -> pd.DataFrame:
    """Scores of whole pipelines (columns) on the datasets (rows)."""
    return content.frames.across(metric=content.metric).table.rename_axis("dataset").reset_index()


def named(content: Content, rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the names of their curve in place of its number."""
    names = content.grid.curves.loc[rows["curve"], ["dataset", *PIPELINE]].set_axis(rows.index)
    return pd.concat([names, rows.drop(columns="curve")], axis=1)


TABLES: dict[str, dict[str, Offered]] = {
    "curves": {
        "curves": Offered("Means and bands", lambda c: c.frames.curves(c.metric)),
        "scores": Offered("Every tested model at the budgets, per repeat", at_budgets),
        "stopping": Offered("Where rules would stop", lambda c: c.frames.stopping(c.metric)),
    },
    "ranks": {
        "pairs": Offered("Strategies against random", lambda c: c.frames.pairs(c.metric)),
        "methods": Offered("Pipelines over datasets", methods),
    },
    "axes": {
        "effects": Offered("What each part changes", lambda c: c.frames.effects(c.metric)),
    },
    "classes": {
        "recalls": Offered("Recall of each class, means", lambda c: named(c, as_frame(c.frames))),
        "discovered": Offered("Labels until rows of each class", lambda c: c.frames.discovered),
    },
    "tuning": {
        "gains": Offered(
            "Tuned minus default, per repeat", lambda c: c.frames.tuning_gain(c.metric)
        ),
    },
    "cost": {
        "costs": Offered(
            "Scores and costs of the tuned cells",
            lambda c: named(c, cost_cells(c.frames, c.metric).reset_index()),
        ),
    },
}
