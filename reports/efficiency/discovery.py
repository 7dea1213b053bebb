"""How many labels it takes to meet a rare class: until its first and its k-th row is bought."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from harness.schema import AXES
from reports.efficiency.censored import SURVIVAL, survival

FIRST = (1, 5, 10)  # rows of a class


def discovery(
    rounds: pa.Table, datasets: pd.DataFrame, rows: Sequence[int] = FIRST
) -> pd.DataFrame:
    """Return the labels bought by the end of the round with the k-th row of each class.

    `rounds` is the table of that name with the columns `COLUMNS`; `datasets` that table, with the
    names and counts of the classes; `rows` the k. Classes are true ones, also where labels are
    noisy. Charged validation labels count among the labels, as everywhere, and their rows do not:
    no model is fitted on them. What lies within a round is not known, so the labels are an upper
    bound by up to a batch.

    Columns: AXES, repeat, class, share (of the class, of pool and test), rows (k), labels (inf:
    not within those bought), within (labels bought in all).
    """
    names = [*AXES, "repeat"]
    plain = rounds.select([*names, "acquisition_id", "round", "n_labels"]).to_pandas()
    parts = []
    for one in datasets.to_dict("records"):
        mine = np.flatnonzero((plain["dataset"] == one["dataset"]).to_numpy())
        if not len(mine):
            continue
        ids = pd.factorize(plain["acquisition_id"].to_numpy()[mine])[0]
        mine = mine[np.lexsort([plain["round"].to_numpy()[mine], ids])]
        n_classes = len(one["classes"])
        bought = _matrix(rounds.column("bought").take(pa.array(mine)), len(mine), n_classes)
        here = plain.iloc[mine]
        starts = np.flatnonzero(~here["acquisition_id"].duplicated().to_numpy())
        labels = here["n_labels"].to_numpy(dtype=np.float64)
        found = _first(bought, labels, starts, rows)  # (acquisitions, classes, k)
        keys = here.iloc[starts][names].reset_index(drop=True)
        keys["within"] = np.maximum.reduceat(labels, starts)
        parts.append(_long(keys, found, one, rows))
    columns = [*names, "class", "share", "rows", "labels", "within"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


COLUMNS = (*AXES, "repeat", "acquisition_id", "round", "n_labels", "bought")


def discovered(found: pd.DataFrame) -> pd.DataFrame:
    """Return what `found` (`discovery`) comes to over repeats: a row per curve, class and k.

    Columns: AXES, class, share, rows, median and restricted_mean (labels; Kaplan and Meier's, see
    `reports.efficiency.censored`), n (repeats), n_censored (of them, never seen to get there).
    """
    parts = []
    by = [*AXES, "class", "share", "rows"]
    for _, mine in found.groupby("dataset"):
        groups = mine.groupby(by)
        last = mine["within"].max()
        met = mine["labels"][np.isfinite(mine["labels"])]
        steps = np.union1d(np.union1d(met, mine["within"]), [last]).astype(np.float64)
        over = survival(
            np.asarray(groups.ngroup(), dtype=np.int64),
            mine["labels"].to_numpy(dtype=np.float64),
            mine["within"].to_numpy(dtype=np.float64),
            steps,
        )
        numbers = {name: getattr(over, name) for name in SURVIVAL}
        parts.append(groups.size().index.to_frame(index=False).assign(**numbers))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*by, *SURVIVAL])


def _first(
    bought: npt.NDArray[np.int64],
    labels: npt.NDArray[np.float64],
    starts: npt.NDArray[np.intp],
    rows: Sequence[int],
) -> npt.NDArray[np.float64]:
    total = np.cumsum(bought, axis=0)
    lengths = np.diff(np.append(starts, len(bought)))
    before = np.repeat(total[starts] - bought[starts], lengths, axis=0)
    total -= before
    each = [
        np.minimum.reduceat(np.where(total >= k, labels[:, None], np.inf), starts, axis=0)
        for k in rows
    ]
    return np.stack(each, axis=2)


def _matrix(column: pa.ChunkedArray, n: int, n_classes: int) -> npt.NDArray[np.int64]:
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, dtype=np.int64).reshape(n, n_classes)


def _long(
    keys: pd.DataFrame,
    found: npt.NDArray[np.float64],
    one: dict[Hashable, Any],
    rows: Sequence[int],
) -> pd.DataFrame:
    n, n_classes, n_rows = found.shape
    counts = np.asarray(one["counts"], dtype=np.float64)
    long = keys.loc[np.repeat(keys.index, n_classes * n_rows)].reset_index(drop=True)
    by_class = np.repeat(np.arange(n_classes), n_rows)
    long["class"] = np.tile(np.asarray(one["classes"], dtype=object)[by_class], n)
    long["share"] = np.tile((counts / counts.sum())[by_class], n)
    long["rows"] = np.tile(np.asarray(rows), n * n_classes)
    long["labels"] = found.ravel()
    return long
