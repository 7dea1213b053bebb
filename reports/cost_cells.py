"""Every cell's score beside what it costs, and the front that no cell beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import COSTS, LOWER_IS_BETTER
from reports import costs
from reports.frames import Frames

WORK = "work_s"  # seconds of buying and tuning
AGAINST = (*costs.AGAINST, WORK)


def cost_cells(frames: Frames, metric: str) -> pd.DataFrame:
    """Return the tuned cells: index (curve, n_labels), sorted.

    Columns: mean, half, low, high, n_repeats of the score; `COSTS` (medians over repeats);
    buying_s, tuning_s, fit_s (`Frames.seconds`) and `WORK`; is_partial: fewer repeats than the
    dataset has; sees_labels: its strategy does. NaN where nothing is known.
    """
    measures, grid = frames.measures(metric), frames.grid
    means = measures.means.reset_index()
    means = means[means["series"] == "tuned"].drop(columns="series")
    found = means.set_index(["curve", "n_labels"]).sort_index()
    found = found.join(measures.costs[[*COSTS]])
    seconds = frames.seconds.assign(curve=grid.number(frames.seconds))
    seconds = seconds.set_index(["curve", "n_labels"])[["buying_s", "tuning_s", "fit_s"]]
    found = found.join(seconds)
    found[WORK] = found["buying_s"] + found["tuning_s"]
    dataset = grid.curves["dataset"].reindex(found.index.get_level_values("curve"))
    found["is_partial"] = found["n_repeats"].to_numpy() < dataset.map(grid.repeats).to_numpy()
    seeing = grid.curves["strategy"].isin(grid.seeing)
    found["sees_labels"] = seeing.reindex(found.index.get_level_values("curve")).to_numpy()
    return found


def front(cells: pd.DataFrame, against: str, metric: str) -> npt.NDArray[np.intp]:
    """Return the places of those `cells` (of one dataset and budget) that no other beats.

    Cheapest first. Only cells with all repeats compete: others' means are not paired with them.
    None does whose strategy sees hidden labels.
    """
    score = -cells["mean"] if metric in LOWER_IS_BETTER else cells["mean"]
    return costs.front(cells[against], score.mask(cells["is_partial"] | cells["sees_labels"]))
