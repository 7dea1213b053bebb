"""Learning curves: the reader chooses what is compared and what is held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER, METRICS
from reports import curves
from reports.columns import NOTHING
from reports.efficiency import Target
from reports.efficiency.of_run import BASELINE
from reports.interval import ENOUGH
from reports.leaderboard import PIPELINE
from reports.measures import Measures
from reports.metric_names import TITLES
from reports.over_chance import over_chance
from reports.ranks.overlaps import overlaps
from reports.ranks.whole_curves import whole_curves
from reports.site.content import Content
from reports.site.files import Files
from reports.site.numbers import UNIT, has_any, scores, whole
from reports.site.page import Filled
from reports.site.panels import Json
from reports.stopping import RULES, summary

MOST = 120  # numbers of labels at which a curve is drawn, its budgets among them
MANY = 400_000  # single scores of a part; beyond it lowest and highest stand for all repeats


def fill(content: Content, files: Files) -> Filled:
    """Write a part for each dataset and metric: all its curves."""
    overlap = overlaps(content.results)
    bands = whole_curves(content.main, overlap)
    parts: dict[str, dict[str, str]] = {}
    for dataset in content.datasets:
        of = parts[dataset] = {}
        for metric in METRICS:
            measures = content.frames.measures(metric)
            known = bands if metric == content.metric else None
            of[metric] = files.data(_part(measures, dataset, overlap.get(dataset), known))
    return {
        "data": {
            "parts": parts,
            "metric": content.metric,
            "titles": TITLES,
            "lower": sorted(LOWER_IS_BETTER),
            "axes": PIPELINE,
            "styles": content.styles,
            "enough": ENOUGH,
            "unit": UNIT,
            "baseline": BASELINE,
        },
        "enough": ENOUGH,
        "stops": _stops(content),
        "rules": {name: rule.about for name, rule in RULES.items()},
    }


def _stops(content: Content) -> list[list[str]]:
    """A row for each dataset, strategy and stopping rule."""
    found = summary(content.frames.stopping(content.metric)).to_dict("records")
    return [
        [
            one_line(row["dataset"]),
            one_line(row["strategy"]),
            row["rule"],
            f"{row['stopped']:,} of {row['n']:,}",
            _labels(row["labels"]),
            NOTHING if np.isnan(row["lost"]) else f"{row['lost']:+.3f}",
            _labels(row["to_target"]),
        ]
        for row in found
    ]


def _labels(median: float) -> str:
    if np.isnan(median):
        return NOTHING
    return "never" if np.isinf(median) else f"{median:,.0f}"


def _part(
    measures: Measures, dataset: str, overlap: float | None, bands: pd.DataFrame | None
) -> Json:
    mine = measures.grid.of_dataset(dataset)
    budgets = measures.grid.budgets[dataset]
    return {
        "curves": measures.grid.curves.loc[mine, PIPELINE].to_numpy().tolist(),
        "n_repeats": measures.grid.repeats[dataset],
        "budgets": budgets,
        "best": _best(measures, mine),
        "target": _target(measures.targets.get(dataset)),
        "no_target": measures.no_target.get(dataset, ""),
        "series": {name: _series(measures, name, mine, budgets) for name in curves.SERIES},
        "over_chance": _apart(over_chance(measures, dataset, overlap), mine, budgets),
        "band": _bands(bands, mine, budgets),
    }


def _best(measures: Measures, mine: npt.NDArray[np.intp]) -> int:
    """Return the place of the curve that stands first where no other is chosen."""
    is_contestant = np.isin(mine, measures.grid.contestants.index)
    area = np.where(is_contestant, measures.of_curves["aubc"].reindex(mine), np.nan)
    if np.isnan(area).all():
        return int(is_contestant.argmax())
    sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
    return int(np.nanargmax(sign * area))


def _target(goal: Target | None) -> Json | None:
    if goal is None:
        return None
    return {"reference": goal.reference, "value": goal.value, "labels": goal.n_labels}


def _series(
    measures: Measures, series: str, mine: npt.NDArray[np.intp], budgets: list[int]
) -> Json:
    """Return `x` (labels) and per curve mean, half and n at each x, null where nothing is.

    `repeats` has per curve a list for each repeat, where some x has too few for an interval; of
    very many two lists, the lowest and the highest.
    """
    means = measures.means.reset_index()
    means = means[(means["series"] == series) & means["curve"].isin(mine)]
    x = _thinned(np.unique(means["n_labels"].to_numpy(dtype=int)), budgets)
    means = means[means["n_labels"].isin(x)]

    def wide(rows: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
        return _wide(rows, column, mine, x)

    few = means["curve"].isin(means.loc[means["n_repeats"] < ENOUGH, "curve"])
    points = measures.points[measures.points["series"] == series]
    points = points[points["curve"].isin(means.loc[few, "curve"]) & points["n_labels"].isin(x)]
    is_large = len(points) > MANY
    lines = [wide(means[few], column) for column in ("low", "high")]
    if not is_large:
        lines = [wide(rows, "value") for _, rows in points.groupby("repeat")]
    known = [has_any(line) for line in lines]
    sent = [scores(line) for line in lines]
    return {
        "x": x.tolist(),
        "mean": scores(wide(means, "mean")),
        "half": _where_any(wide(means, "half")),
        "n": whole(np.nan_to_num(wide(means, "n_repeats"))),
        "repeats": [
            [line[i] for line, is_known in zip(sent, known, strict=True) if is_known[i]]
            for i in range(len(mine))
        ],
        "is_range": is_large,
    }


def _apart(found: pd.DataFrame, mine: npt.NDArray[np.intp], budgets: list[int]) -> Json:
    x = np.asarray(budgets)
    rows = found.reset_index()
    return {
        "mean": _where_any(_wide(rows, "mean", mine, x)),
        "half": _where_any(_wide(rows, "half", mine, x)),
    }


def _bands(
    found: pd.DataFrame | None, mine: npt.NDArray[np.intp], budgets: list[int]
) -> Mapping[str, list[object]] | None:
    """Return the simultaneous bands, of a curve and of its difference; for the main metric."""
    if found is None:
        return None
    rows, x = found.reset_index(), np.asarray(budgets)
    rows = rows[rows["curve"].isin(mine)]
    return {
        "half": _where_any(_wide(rows, "band", mine, x)),
        "over_chance": _where_any(_wide(rows, "over_chance_band", mine, x)),
    }


def _wide(
    rows: pd.DataFrame, column: str, mine: npt.NDArray[np.intp], x: npt.NDArray[np.int_]
) -> npt.NDArray[np.float64]:
    values = np.full((len(mine), len(x)), np.nan)
    values[np.searchsorted(mine, rows["curve"]), np.searchsorted(x, rows["n_labels"])] = rows[
        column
    ]
    return values


def _where_any(values: npt.NDArray[np.float64]) -> list[object]:
    """Return the rows, null for one without any number."""
    known = has_any(values)
    return [row if any_ else None for row, any_ in zip(scores(values), known, strict=True)]


def _thinned(x: npt.NDArray[np.int_], budgets: list[int]) -> npt.NDArray[np.int_]:
    """Return `MOST` of `x` at most, evenly spread, and the budgets: a screen shows no more."""
    if len(x) <= MOST:
        return x
    spread = x[np.linspace(0, len(x) - 1, MOST).round().astype(int)]
    return np.union1d(spread, np.intersect1d(x, budgets))
