"""What a cell took to compute: buying its labels, and tuning on them."""

from __future__ import annotations

import pandas as pd

from reports.grid import Grid
from reports.results import Results

PHASES = ("buying_s", "tuning_s", "fit_s")


def seconds(results: Results, grid: Grid) -> pd.DataFrame:
    """Return seconds of work by (curve, n_labels), medians over repeats; index as named.

    Columns: buying_s (fits, scores and queries of all rounds up to the budget), tuning_s (all
    trials of the study, whatever became of them), fit_s (the median fit of one trial that ended
    well). Work on several machines is added up; reading data and waiting are not in it.
    """
    trials = results.trials.assign(curve=grid.number(results.trials))
    key = ["curve", "budget", "repeat"]
    tuning = trials.groupby(key).agg(tuning_s=("wall_s", "sum"), fit_s=("fit_s", "median"))
    rounds = results.rounds.sort_values(["acquisition_id", "round"])
    work = rounds[["fit_s", "score_s", "query_s"]].sum(axis=1)
    bought = pd.DataFrame(
        {
            "curve": grid.number(rounds),
            "budget": rounds["n_labels"],
            "repeat": rounds["repeat"],
            "buying_s": work.groupby(rounds["acquisition_id"]).cumsum(),
        }
    )
    buying = bought.groupby(key)["buying_s"].max()  # a curve's budget is met by one round
    whole = tuning.join(buying, how="left").groupby(["curve", "budget"])[[*PHASES]].median()
    return whole.rename_axis(["curve", "n_labels"])
