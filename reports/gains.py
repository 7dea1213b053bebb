"""What tuning bought: tuned minus default, summed up over pipelines, strategies and repeats."""

from __future__ import annotations

import math

import pandas as pd

from reports.curves import over_repeats
from reports.metric_names import TITLES
from reports.ranks.bands import STEADY

KEY = ["dataset", "classifier", "n_labels"]


def gains(gain: pd.DataFrame) -> pd.DataFrame:
    """Return what `gain` (`Frames.tuning_gain`) comes to by `KEY`.

    Columns: mean, half, low, high, n_repeats (over repeats, each the mean of its studies: the
    studies of one repeat share its split, so they are not independent), wins, ties, losses and
    n_studies (studies in which the winner beats the defaults, equals them, or is worse).
    """
    rows = gain.rename(columns={"gain": "value"})
    each = rows.groupby([*KEY, "repeat"])["value"].mean().reset_index()
    found = over_repeats(each, KEY)
    signs = rows[KEY].assign(
        wins=rows["value"] > STEADY,
        ties=rows["value"].abs() <= STEADY,
        losses=rows["value"] < -STEADY,
    )
    by = signs.groupby(KEY)
    counts = by.sum().assign(n_studies=by.size()).astype(int)
    return found.join(counts).reset_index()


def seconds(trials: pd.DataFrame) -> pd.DataFrame:
    """Return seconds that a study of `trials` spends on tuning, by `KEY`: column tuning_s.

    All its trials but the defaults, whatever became of them; the mean over studies.
    """
    rows = trials.rename(columns={"budget": "n_labels"})
    spent = rows["wall_s"].where(rows["number"] > 0, 0.0)
    each = spent.groupby([*(rows[name] for name in KEY), rows["study_id"]]).sum()
    return each.groupby(KEY).mean().rename("tuning_s").reset_index()


def sentence(found: pd.DataFrame, dataset: str, metric: str) -> str:
    """Say what tuning gained on `dataset`: most, and where nothing; `found` is from `gains`."""
    rows = found[found["dataset"] == dataset]
    if rows.empty:
        return f"On {dataset} no study has both a winner and a tested default yet."
    best = rows.sort_values(["mean", "classifier", "n_labels"], ascending=[False, True, True])
    sure = best[best["mean"] - best["half"] > 0]
    names = list(dict.fromkeys(rows["classifier"]))
    what = TITLES[metric]
    if rows["half"].isna().all():
        first = best.iloc[0]
        n = int(first["n_repeats"])
        return (
            f"On {dataset} tuning changed {what} by {first['mean']:+.3f} on average at most, for "
            f"{_where(first)}; with {n} repeat{'s' * (n > 1)} there is no interval, so this may be "
            f"noise."
        )
    if sure.empty:
        return (
            f"On {dataset} tuning gained nothing in {what} whose interval lies above zero."
            + _harm(rows)
        )
    gained = list(dict.fromkeys(sure["classifier"]))
    first = sure.iloc[0]
    said = (
        f"On {dataset} tuning gained {first['mean']:.3f} {_interval(first)} in {what} on average "
        f"for {_where(first)}"
    )
    others = [name for name in gained if name != first["classifier"]]
    if others:
        said += f", and less, with an interval above zero at some budget, for {_list(others)}"
    nothing = [name for name in names if name not in gained]
    if nothing:
        said += f"; nothing whose interval lies above zero for {_list(nothing)}"
    return f"{said}." + _harm(rows)


def _harm(rows: pd.DataFrame) -> str:
    worse = rows[rows["mean"] + rows["half"] < 0].sort_values(["mean", "classifier", "n_labels"])
    if worse.empty:
        return ""
    first = worse.iloc[0]
    return f" It cost {-first['mean']:.3f} {_interval(first, -1)} for {_where(first)}."


def _where(row: pd.Series) -> str:
    return f"{row['classifier']} at {row['n_labels']:,} labels"


def _interval(row: pd.Series, sign: int = 1) -> str:
    if math.isnan(row["half"]):
        return "(no interval)"
    low, high = sorted(sign * (row["mean"] + end * row["half"]) for end in (-1, 1))
    return f"[{low:.3f}, {high:.3f}]"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
