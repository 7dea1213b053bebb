"""Which components fail how often."""

from __future__ import annotations

import pandas as pd

from reports.grid import NO_FAILURE
from reports.results import Results


def failure_shares(results: Results, axis: str) -> pd.DataFrame:
    """Return the trials of each component of `axis`: n, failures, share, then a column by status.

    A trial failed if it is neither done nor pruned. The highest share comes first, then the name.
    Statuses that never occur have no column.
    """
    trials = results.trials
    is_failure = ~trials["status"].isin(NO_FAILURE)
    by = trials.assign(failures=is_failure).groupby(axis)
    found = by.agg(n=("failures", "size"), failures=("failures", "sum"))
    found["share"] = found["failures"] / found["n"]
    bad = trials[is_failure]
    by_status = pd.crosstab(bad[axis], bad["status"]).reindex(found.index, fill_value=0)
    whole = found.join(by_status).rename_axis(axis).reset_index()
    ordered = whole.sort_values(["share", axis], ascending=[False, True])
    return ordered.set_index(axis)
