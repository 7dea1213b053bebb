"""Confusion matrices of cells: whole test sets, summed over repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa


@dataclass(frozen=True)
class Confusions:
    """The matrices of one dataset's cells."""

    classes: tuple[str, ...]
    cells: pd.DataFrame  # columns curve, n_labels, n_repeats (that are summed), sorted
    counts: npt.NDArray[np.int64]  # test rows by (cell, true class, predicted class)


def confusions(
    tested: pd.DataFrame, matrices: pa.ChunkedArray, datasets: pd.DataFrame
) -> dict[str, Confusions]:
    """Return by dataset what `matrices` come to for each cell; a row without one is left out.

    `tested` has the columns dataset, curve and n_labels, a row for each of `matrices`, which are
    by [true class][predicted class]; `datasets` has the names of the classes.
    """
    found = {}
    has_any = matrices.is_valid().to_numpy(zero_copy_only=False)
    for one in datasets.to_dict("records"):
        mine = np.flatnonzero((tested["dataset"] == one["dataset"]).to_numpy() & has_any)
        if not len(mine):
            continue
        rows = tested.iloc[mine][["curve", "n_labels"]]
        order = np.lexsort([rows["n_labels"].to_numpy(), rows["curve"].to_numpy()])
        rows, k = rows.iloc[order].reset_index(drop=True), len(one["classes"])
        flat = matrices.take(pa.array(mine[order])).combine_chunks().flatten().flatten()
        cells = flat.to_numpy(zero_copy_only=False).reshape(-1, k, k).astype(np.int64)
        starts = np.flatnonzero(~rows.duplicated().to_numpy())
        each = rows.iloc[starts].reset_index(drop=True)
        each["n_repeats"] = np.diff(np.append(starts, len(rows)))
        summed = np.add.reduceat(cells, starts, axis=0)
        found[str(one["dataset"])] = Confusions(tuple(map(str, one["classes"])), each, summed)
    return found
