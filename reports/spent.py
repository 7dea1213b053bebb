"""What a run took so far: hours of work by phase, and memory; docs/metrics.md."""

from __future__ import annotations

import pandas as pd

from reports.results import Results

PHASES = {  # of a run: table -> what its rows are work for
    "acquisitions": "buying",
    "trials": "tuning",
    "evaluations": "testing rounds",
    "references": "references",
}


def seconds_of_run(results: Results) -> pd.DataFrame:
    """Return seconds of work by classifier (index, sorted) and phase (columns, `PHASES`).

    All that is stored counts, whatever became of it; what was superseded is not stored any more.
    Work on several machines is added up.
    """
    found = {
        phase: getattr(results, table).groupby("classifier")["wall_s"].sum()
        for table, phase in PHASES.items()
    }
    return pd.DataFrame(found, columns=[*PHASES.values()]).fillna(0.0).sort_index()


def memory(results: Results) -> pd.DataFrame:
    """Return the trials' peak_bytes by (dataset, classifier): columns n, median, largest."""
    by = results.trials.groupby(["dataset", "classifier"])
    of = "peak_bytes"
    return by.agg(n=(of, "count"), median=(of, "median"), largest=(of, "max"))


def by_host(results: Results) -> pd.DataFrame:
    """Return what each host did: index (host, environment_id), columns pieces and seconds."""
    parts = [getattr(results, table)[["host", "environment_id", "wall_s"]] for table in PHASES]
    rows = pd.concat([part for part in parts if len(part)] or parts[:1])
    by = rows.groupby(["host", "environment_id"])
    found: pd.DataFrame = by.agg(pieces=("wall_s", "size"), seconds=("wall_s", "sum"))
    return found
