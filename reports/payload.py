"""The numbers that the page's script works on, as small as they can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import COSTS, LOWER_IS_BETTER
from reports import curves, figures
from reports.costs import AGAINST, front
from reports.grid import Grid
from reports.interval import ENOUGH
from reports.leaderboard import PIPELINE, Board, board
from reports.measures import Measures
from reports.metric_names import TITLES

UNIT = 10_000  # scores are sent as whole numbers of 1/10,000
MANY = 400_000  # single scores of a dataset; more make the page too large to be sent around

Json = dict[str, Any]
Curves = list[int]  # of one dataset, ascending


def payload(grid: Grid, measured: Sequence[Measures], references: pd.DataFrame) -> Json:
    """Return what the script needs: names, styles, layout, and per dataset its curves and boards.

    The curves of a dataset are numbered from 0; every list per curve runs in that order. Ranks
    were taken before the scores were rounded.
    """
    return {
        "metrics": [
            {"name": name, "title": title, "lower": name in LOWER_IS_BETTER}
            for name, title in TITLES.items()
        ],
        "enough": ENOUGH,
        "unit": UNIT,
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
    n_points = sum(int(one.points["curve"].isin(mine).sum()) for one in measured)
    return {
        "name": name,
        "budgets": grid.budgets[name],
        "n_repeats": grid.repeats[name],
        "curves": grid.curves.loc[mine, PIPELINE].to_numpy().tolist(),
        "is_large": n_points > MANY,
        "failures": _counts(grid, "failures", name, mine),
        "limited": _counts(grid, "limited", name, mine),
        "costs": {str(at): _costs(measured[0], at, mine) for at in grid.budgets[name]},
        "metrics": {one.metric: _metric(one, name, mine, n_points > MANY) for one in measured},
        "references": _references(references, measured),
    }


def _counts(grid: Grid, what: str, name: str, mine: Curves) -> Json:
    """Return a column of the cells per curve, at each budget and over all."""
    wide = grid.cells[what].reset_index()
    wide = wide.pivot_table(index="curve", columns="budget", values=what).reindex(index=mine)
    at = {str(budget): _whole(wide[budget]) for budget in grid.budgets[name]}
    return {**at, "all": _whole(wide.sum(axis=1))}


def _costs(measures: Measures, budget: int, mine: Curves) -> Json:
    """Return `COSTS` per curve, of the tuned models at `budget`: whole numbers, seconds in ns."""
    rows = measures.costs.reindex(pd.MultiIndex.from_product([mine, [budget]]))
    return {name: _whole(rows[name] * (1e9 if name.endswith("_s") else 1)) for name in COSTS}


def _metric(measures: Measures, dataset: str, mine: Curves, is_large: bool) -> Json:  # noqa: FBT001
    boards = {str(at): board(measures, dataset, at) for at in measures.grid.budgets[dataset]}
    boards["all"] = board(measures, dataset)
    rows = measures.of_curves.reindex(mine)
    reached = rows.filter(like="to_target").replace(np.inf, np.nan).to_numpy(dtype=float)
    goal = measures.targets.get(dataset)
    return {
        "no_target": measures.no_target.get(dataset, ""),
        "target": goal
        and {
            "reference": round(goal.reference * UNIT),
            "value": round(goal.value * UNIT),
            "labels": goal.n_labels,
        },
        "order": {at: _order(one, mine) for at, one in boards.items()},
        "fronts": {at: _fronts(one, mine) for at, one in boards.items() if at != "all"},
        # per curve: median (null: never), reached, repeats, first, within; null: nothing to say
        "to_target": [None if np.isnan(row[1]) else _whole(row) for row in reached],
        "aubc": _scores(rows["aubc"]),
        "aubc_half": _scores(rows["aubc_half"]),
        "complete": _whole(rows["aubc_n_repeats"].fillna(0)),
        "series": {name: _series(measures, name, mine, is_large) for name in curves.SERIES},
    }


def _order(one: Board, mine: Curves) -> list[list[int | None]]:
    place = np.searchsorted(mine, one.rows["curve"])
    return _whole(np.column_stack([one.rows["rank"], place]))


def _fronts(one: Board, mine: Curves) -> dict[str, list[int]]:
    """Return, by what a score is traded for, the curves that no other beats, cheapest first.

    Only complete cells compete: a mean over other repeats is not paired with the rest.
    """
    rows = one.rows[~one.rows["is_partial"]]
    score = -rows["tuned"] if one.metric in LOWER_IS_BETTER else rows["tuned"]
    places = np.searchsorted(mine, rows["curve"])
    return {name: _whole(places[front(rows[name], score)]) for name in AGAINST}


def _series(measures: Measures, series: str, mine: Curves, is_large: bool) -> Json:  # noqa: FBT001
    """Return `x` (labels) and per curve mean, half and n at each x, null where nothing is.

    `half` is null for a curve without intervals, `n` one number where it is the same everywhere.
    `repeats` has per curve a list for each repeat, where some x has too few for an interval; on
    a large page two lists, the lowest and the highest.
    """
    means = measures.means.reset_index()
    means = means[(means["series"] == series) & means["curve"].isin(mine)]
    x = np.unique(means["n_labels"].to_numpy(dtype=int))

    def wide(rows: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
        values = np.full((len(mine), len(x)), np.nan)
        at = np.searchsorted(mine, rows["curve"]), np.searchsorted(x, rows["n_labels"])
        values[at] = rows[column]
        return values

    few = means["curve"].isin(means.loc[means["n_repeats"] < ENOUGH, "curve"])
    if is_large:
        lines = [wide(means[few], column) for column in ("low", "high")]
    else:
        points = measures.points[measures.points["series"] == series]
        points = points[points["curve"].isin(means.loc[few, "curve"])]
        lines = [wide(rows, "value") for _, rows in points.groupby("repeat")]
    n = _whole(wide(means, "n_repeats"))
    half = wide(means, "half")
    sent = [(_scores(line), _has_any(line)) for line in lines]
    return {
        "x": x.tolist(),
        "mean": _scores(wide(means, "mean")),
        "half": [
            row if has_any else None
            for row, has_any in zip(_scores(half), _has_any(half), strict=True)
        ],
        "n": [row[0] if len(set(row)) == 1 else row for row in n],
        "repeats": [[line[i] for line, has_any in sent if has_any[i]] for i in range(len(mine))],
    }


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
                n = _whole(known[2:])
                score.setdefault(one.metric, []).append([*_scores(known[:2]), *n])
    names = failed.index.to_frame(index=False).to_numpy().tolist()
    return [
        {"names": name, "failed": int(n), "scores": score}
        for name, n, score in zip(names, failed, scores, strict=True)
    ]


def _has_any(rows: npt.NDArray[np.float64]) -> list[bool]:
    return [bool(known) for known in np.any(~np.isnan(rows), axis=1)]


def _scores(values: npt.ArrayLike) -> list[Any]:
    """Return `values` in units of 1/10,000, null for NaN: most of the page is such numbers."""
    return _whole(np.asarray(values, dtype=np.float64) * UNIT)


def _whole(values: npt.ArrayLike) -> list[Any]:
    """Return `values`, of any shape, as whole numbers; null for NaN."""
    known = np.asarray(values, dtype=np.float64)
    whole = np.rint(np.nan_to_num(known)).astype(np.int64).astype(object)
    whole[np.isnan(known)] = None
    found: list[Any] = whole.tolist()
    return found
