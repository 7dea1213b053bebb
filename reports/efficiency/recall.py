"""What each class is worth by then: recall per class along the curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from harness.schema import AXES


def recalls(
    tested: pd.DataFrame, confusion: pa.ChunkedArray, datasets: pd.DataFrame
) -> pd.DataFrame:
    """Return the recall of each class, tp / (tp + fn), in each row of `tested`.

    `tested` has the columns AXES, repeat, series and n_labels, `confusion` (same length) the
    matrices by [true class][predicted class], `datasets` the names of the classes. Classes without
    a test row, and rows without a matrix, are left out.

    Columns: AXES, series, n_labels, repeat, class, n_test (its test rows), recall.
    """
    names = [*AXES, "series", "n_labels", "repeat"]
    parts = []
    for one in datasets.to_dict("records"):
        is_mine = (tested["dataset"] == one["dataset"]).to_numpy()
        has_any = confusion.is_valid().to_numpy(zero_copy_only=False)
        mine = np.flatnonzero(is_mine & has_any)
        if not len(mine):
            continue
        k = len(one["classes"])
        flat = confusion.take(pa.array(mine)).combine_chunks().flatten().flatten()
        cells = flat.to_numpy(zero_copy_only=False).reshape(-1, k, k).astype(np.float64)
        n_test = cells.sum(axis=2)
        right = np.diagonal(cells, axis1=1, axis2=2)
        long = tested.iloc[np.repeat(mine, k)][names].reset_index(drop=True)
        long["class"] = np.tile(np.asarray(one["classes"], dtype=object), len(mine))
        long["n_test"] = n_test.ravel().astype(np.int64)
        long["recall"] = right.ravel() / np.maximum(n_test.ravel(), 1)
        parts.append(long[long["n_test"] > 0])
    columns = [*names, "class", "n_test", "recall"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
