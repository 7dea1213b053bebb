"""What pipelines score with every label of the pool."""

from __future__ import annotations

import pandas as pd

from reports.curves import over_repeats

PIPELINE = ["dataset", "classifier", "scaler", "resampler"]


def reference_scores(references: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the full_data scores by `PIPELINE`, means over repeats.

    Columns: mean, half, low, high, n_repeats on all test rows; the same with novel_ before them on
    those without a twin in the pool; failures (repeats that ended without a score). NaN: none.
    """
    is_done = references["status"] == "done"
    found = pd.DataFrame({"failures": (~is_done).groupby([references[n] for n in PIPELINE]).sum()})
    for prefix, column in (("", "test"), ("novel_", "test_novel")):
        values = references.loc[is_done, PIPELINE]
        values = values.assign(value=references.loc[is_done, f"{column}_{metric}"])
        summed = over_repeats(values, PIPELINE).add_prefix(prefix)
        found = found.join(summed)
        found[f"{prefix}n_repeats"] = found[f"{prefix}n_repeats"].fillna(0).astype(int)
    return found
