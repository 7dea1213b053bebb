"""What studies had reached after each trial: the best validation score so far, and its test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER

KEY = ["dataset", "classifier", "budget"]
COLUMNS = ["validation", "test", "winner_here", "n_studies", "n_left_out"]


def trajectories(trials: pd.DataFrame) -> pd.DataFrame:
    """Return means over the studies of `trials` (that table), by `KEY` and number.

    Columns: validation (the best validation score by trial `number`), test (the test score of the
    same model, by the metric that chose it), winner_here (share of studies whose winner is this
    trial), n_studies, n_left_out (studies of the same dataset, classifier and budget that have
    no score at trial 0, or fewer trials than others by now: a mean over them would jump where
    they join or leave). Where every study is left out there is no row.
    """
    named = [*KEY, "study_id", "number"]
    rows = trials[named].copy()
    rows["validation"], rows["test"] = (_score(trials, prefix) for prefix in ("val", "test"))
    rows["sign"] = np.where(trials["metric"].isin(LOWER_IS_BETTER), -1.0, 1.0)
    rows = rows.sort_values(["study_id", "number"], ignore_index=True)
    sign = rows["sign"]
    ranked = sign * rows["validation"]
    study = rows["study_id"]
    best = ranked.groupby(study).cummax()
    # The earlier one of equals wins, so a new winner is better than all before it.
    is_new = ranked.notna() & (best > best.groupby(study).shift().fillna(-np.inf))
    rows["test"] = rows["test"].where(is_new).groupby(study).ffill()
    rows["validation"] = (sign * best).groupby(study).ffill()
    last_new = rows["number"].where(is_new).groupby(study).transform("max")
    rows["winner_here"] = (rows["number"] == last_new).astype(float)
    return _means(rows)


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    of = rows.groupby("study_id")
    length = of["number"].transform("size")
    longest = length.groupby([rows[name] for name in KEY]).transform("max")
    starts = of["validation"].transform(lambda scores: scores.isna().any())
    is_whole = (length == longest) & ~starts.astype(bool)
    every = rows.drop_duplicates("study_id").groupby(KEY).size()
    whole = rows[is_whole].groupby([*KEY, "number"])
    found = whole[["validation", "test", "winner_here"]].mean()
    found["n_studies"] = whole.size()
    found = found.reset_index()
    total = every.reindex(pd.MultiIndex.from_frame(found[KEY])).to_numpy()
    found["n_left_out"] = total - found["n_studies"]
    return found[[*KEY, "number", *COLUMNS]]


def _score(trials: pd.DataFrame, prefix: str) -> pd.Series[float]:
    """The score by each row's own metric; NaN for a trial that did not end well."""
    value = pd.Series(np.nan, index=trials.index)
    for metric in trials["metric"].unique():
        value = value.mask(trials["metric"] == metric, trials[f"{prefix}_{metric}"])
    return value.where(trials["status"] == "done")
