"""The numbers that the page's script works on, as small as they can be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports import curves, figures
from reports.grid import Grid
from reports.interval import ENOUGH
from reports.leaderboard import PIPELINE, Board, board
from reports.measures import Measures
from reports.metric_names import TITLES

DIGITS = 4  # after the point

Json = dict[str, Any]
Curves = list[int]  # of one dataset, ascending


def payload(grid: Grid, measured: Sequence[Measures], references: pd.DataFrame) -> Json:
    """Return what the script needs: names, styles, layout, and per dataset its curves and boards.

    The curves of a dataset are numbered from 0; every list per curve runs in that order. Scores
    are rounded to four digits; ranks were taken before.
    """
    return {
        "metrics": [
            {"name": name, "title": title, "lower": name in LOWER_IS_BETTER}
            for name, title in TITLES.items()
        ],
        "enough": ENOUGH,
        "layout": figures.layout(),
        "styles": {axis: figures.styles(grid.curves[axis].unique()) for axis in PIPELINE},
        "datasets": [
            _dataset(name, grid, measured, references[references["dataset"] == name])
            for name in sorted(grid.budgets)
        ],
    }


def as_script(content: Json) -> str:
    r"""Return `content` as JSON that may stand inside an HTML script element.

    >>> as_script({"label": "</script>"})
    '{"label":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _dataset(name: str, grid: Grid, measured: Sequence[Measures], references: pd.DataFrame) -> Json:
    mine = [int(curve) for curve in grid.of_dataset(name)]
    failures = grid.cells.pivot_table(index="curve", columns="budget", values="failures")
    failures = failures.reindex(index=mine)
    return {
        "name": name,
        "budgets": grid.budgets[name],
        "n_repeats": grid.repeats[name],
        "curves": grid.curves.loc[mine, PIPELINE].to_numpy().tolist(),
        "failures": {str(at): _rounded(failures[at]) for at in grid.budgets[name]},
        "metrics": {one.metric: _metric(one, name, mine) for one in measured},
        "references": _references(references, measured),
    }


def _metric(measures: Measures, dataset: str, mine: Curves) -> Json:
    over_all = board(measures, dataset)
    boards = {str(at): board(measures, dataset, at) for at in measures.grid.budgets[dataset]}
    rows = over_all.rows.set_index("curve").reindex(mine)
    goal = over_all.target
    return {
        "target": goal
        and {
            "reference": _rounded([goal.reference])[0],
            "value": _rounded([goal.value])[0],
            "labels": goal.n_labels,
        },
        "order": {at: _order(one, mine) for at, one in {**boards, "all": over_all}.items()},
        "to_target": _to_target(measures, mine),
        "aubc": _rounded(rows["aubc"]),
        "aubc_half": _rounded(rows["aubc_half"]),
        "series": {name: _series(measures, name, mine) for name in curves.SERIES},
    }


def _to_target(measures: Measures, mine: Curves) -> list[list[float | None] | None]:
    """Per curve: median (null: never), reached, repeats, first, within; null: nothing to say."""
    known = measures.to_target
    tuned = known[known.index.get_level_values("series") == "tuned"].droplevel("series")
    rows = tuned.reindex(mine).replace(np.inf, np.nan)
    numbers = [_rounded(row) for row in rows.to_numpy(dtype=float)]
    return [None if row[2] is None else row for row in numbers]


def _order(one: Board, mine: Curves) -> list[list[float | None]]:
    place = np.searchsorted(mine, one.rows["curve"])
    return [_rounded(pair) for pair in zip(one.rows["rank"], place, strict=True)]


def _series(measures: Measures, series: str, mine: Curves) -> Json:
    """Return `x` (labels) and per curve mean, half and n at each x, null where nothing is.

    `repeats` has per curve a list for each repeat, where some x has too few for an interval.
    """
    means = measures.means.reset_index()
    means = means[(means["series"] == series) & means["curve"].isin(mine)]
    x = np.unique(means["n_labels"].to_numpy(dtype=int))

    def grid(rows: pd.DataFrame, column: str) -> list[list[float | None]]:
        values = np.full((len(mine), len(x)), np.nan)
        at = np.searchsorted(mine, rows["curve"]), np.searchsorted(x, rows["n_labels"])
        values[at] = rows[column]
        return [_rounded(row) for row in values]

    few = means.loc[means["n_repeats"] < ENOUGH, "curve"]
    points = measures.points
    points = points[(points["series"] == series) & points["curve"].isin(few)]
    repeats: list[list[list[float | None]]] = [[] for _ in mine]
    for _, rows in points.groupby("repeat"):
        for known, values in zip(repeats, grid(rows, "value"), strict=True):
            if any(value is not None for value in values):
                known.append(values)
    columns = {"mean": "mean", "half": "half", "n": "n_repeats"}
    found = {short: grid(means, column) for short, column in columns.items()}
    return {"x": x.tolist(), **found, "repeats": repeats}


def _references(rows: pd.DataFrame, measured: Sequence[Measures]) -> list[Json]:
    """Return per full_data pipeline its names, failures, and per metric two scores.

    A score is mean, half, n: on all test rows, and on those without a twin in the pool.
    """
    pipeline = ["classifier", "scaler", "resampler"]
    done = rows[rows["status"] == "done"]
    failed = (rows["status"] != "done").groupby([rows[name] for name in pipeline]).sum()
    scores: list[Json] = [{} for _ in failed]
    for one in measured:
        for prefix in ("test", "test_novel"):
            values = done[pipeline].assign(value=done[f"{prefix}_{one.metric}"])
            found = curves.over_repeats(values, pipeline).reindex(failed.index)
            found["n_repeats"] = found["n_repeats"].fillna(0)
            each = found[["mean", "half", "n_repeats"]].to_numpy()
            for score, known in zip(scores, each, strict=True):
                score.setdefault(one.metric, []).append(_rounded(known))
    return [
        {"names": list(names), "failed": int(n), "scores": score}
        for (names, n), score in zip(failed.items(), scores, strict=True)
    ]


def _rounded(values: Iterable[float]) -> list[float | None]:
    """Round; null for NaN, and whole numbers without a point: they are most of the page."""
    known = [None if value != value else round(float(value), DIGITS) for value in values]  # noqa: PLR0124
    return [int(v) if v is not None and v.is_integer() else v for v in known]
