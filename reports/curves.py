"""Learning curves: a test score against the labels bought, per curve and repeat.

Three series belong to a curve:

    tuned    the winner of the study at each budget, on the test rows
    default  the default hyperparameters: trial 0 at each budget, and where the sweep says
             `evaluate: every_round`, after every round
    novel    the tuned series on the test rows without a twin in the pool
"""

from __future__ import annotations

import pandas as pd

from harness.schema import COSTS, METRICS
from harness.winners import defaults, winners
from reports.grid import Grid
from reports.interval import half_width
from reports.results import Results

SERIES = ("tuned", "default", "novel")
POINT = ["curve", "series", "n_labels"]
SUMMARY = ["mean", "half", "low", "high", "n_repeats"]


def scores(results: Results, grid: Grid) -> pd.DataFrame:
    """Return every tested model that a curve passes: `POINT`, repeat, test_* columns, `COSTS`.

    One row per curve, series, n_labels and repeat, sorted by them. `novel` is not among the
    series here: it is other columns of the tuned rows.
    """
    parts = [
        winners(results.trials).assign(series="tuned", n_labels=lambda rows: rows["budget"]),
        defaults(results.trials).assign(series="default", n_labels=lambda rows: rows["budget"]),
        results.evaluations.assign(series="default"),
    ]
    tests = [f"{prefix}_{name}" for prefix in ("test", "test_novel") for name in METRICS]
    numbers = [*tests, *COSTS]
    columns = [*POINT, "repeat", *numbers]
    done = [part[part["status"] == "done"] for part in parts]
    filled = [part.assign(curve=grid.number(part))[columns] for part in done if len(part)]
    if not filled:
        return pd.DataFrame(columns=columns).astype(dict.fromkeys(numbers, float))
    key = [*POINT, "repeat"]
    # Trial 0 and an evaluation after the same round are the same model; the trial comes first.
    once = pd.concat(filled, ignore_index=True).drop_duplicates(key)
    return once.sort_values(key, ignore_index=True)  # rows are stored as workers finish


def points(scored: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return all points of all curves: `POINT`, repeat, value; missing values are left out."""
    columns = [*POINT, "repeat"]
    everywhere = scored[columns].assign(value=scored[f"test_{metric}"])
    tuned = scored[scored["series"] == "tuned"]
    novel = tuned[columns].assign(series="novel", value=tuned[f"test_novel_{metric}"])
    parts = [part.dropna(subset=["value"]) for part in (everywhere, novel)]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def over_repeats(values: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sum up the column value over the repeats that are there, per `by`, which indexes the result.

    Columns: mean, half (of the 95 % interval; NaN below five repeats), low and high (range),
    n_repeats. The order of the rows changes nothing, not even a last digit.
    """
    ordered = values.sort_values("value")  # sums of floats depend on their order
    found: pd.DataFrame = ordered.groupby(by)["value"].agg(["mean", "std", "min", "max", "count"])
    found["half"] = half_width(found["std"], found["count"])
    return found.rename(columns={"min": "low", "max": "high", "count": "n_repeats"})[SUMMARY]
