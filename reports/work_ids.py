"""Acquisitions and studies by id: what `fewlabels rerun` takes."""

from __future__ import annotations

import pandas as pd

from harness.schema import AXES
from reports.grid import NO_FAILURE
from reports.results import Results

ACQUISITION = ["acquisition_id", *AXES, "repeat", "status", "n_labels"]
STUDY = ["study_id", *AXES, "budget", "repeat", "trials", "failed", "acquisition_id"]


def acquisition_ids(results: Results) -> pd.DataFrame:
    """Return the columns `ACQUISITION`, sorted by names and repeat."""
    found = results.acquisitions[ACQUISITION]
    return found.sort_values([*AXES, "repeat"], ignore_index=True)


def study_ids(results: Results) -> pd.DataFrame:
    """Return the columns `STUDY`: a row for each study, sorted by names, budget and repeat.

    `trials` are those stored, `failed` those of them that are neither done nor pruned.
    """
    trials = results.trials.assign(failed=~results.trials["status"].isin(NO_FAILURE))
    by = trials.groupby("study_id", sort=False)
    first = by[[*AXES, "budget", "repeat", "acquisition_id"]].first()
    found = first.assign(trials=by.size(), failed=by["failed"].sum()).reset_index()
    return found[STUDY].sort_values([*AXES, "budget", "repeat"], ignore_index=True)
