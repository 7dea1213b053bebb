"""Fewer rows: a stratified part of a table, or one with the normal class cut down."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from datasets.badges import DOWN_SAMPLED
from datasets.choices import check_choice
from datasets.dataset import Table
from datasets.errors import DatasetError

Balance = Literal["none", "down_sample"]


def fewer(table: Table, rows: int | None) -> Table:
    """Return `rows` rows of `table`, every finest class its share; all for None.

    Shares are rounded by largest remainders, but no class vanishes. Which rows is decided by the
    table's content alone, so that preparations of one dataset share them.

    Raises `DatasetError` where there are not so many, or fewer than classes.
    """
    if rows is None or rows == len(table):
        return table
    counts = np.bincount(table.strata)
    n_classes = int((counts > 0).sum())
    if not 2 * n_classes <= rows <= len(table):
        raise DatasetError(
            f"rows: {rows:,} is not between {2 * n_classes} (two of each class) and the "
            f"{len(table):,} that there are"
        )
    wanted = _shares(counts, rows)
    return table.rows(_drawn(table, wanted, "rows"), "left out by rows")


def balanced(table: Table, balance: Balance, normal: int | None) -> Table:
    """Return `table` with the stratum `normal` cut to the size of the largest other one.

    So did Al-Mukhtar (2025) before splitting. The table wears a badge: what it scores is not what
    a detector would score on traffic as it is.
    """
    check_choice("balance", balance, get_args(Balance))
    if balance == "none":
        return table
    if normal is None:
        raise DatasetError("balance: this dataset has no normal class to cut down")
    wanted = down_sampled(np.bincount(table.strata), normal)
    kept = table.rows(_drawn(table, wanted, "balance"), "down-sampled")
    return replace(kept, badges=(*kept.badges, DOWN_SAMPLED))


def down_sampled(counts: npt.NDArray[np.int64], normal: int) -> npt.NDArray[np.int64]:
    """Return the rows per class, (n_classes,), that `down_sample` leaves of `counts`.

    >>> down_sampled(np.array([50, 20, 9]), normal=0).tolist()
    [20, 20, 9]
    """
    wanted = counts.copy()
    wanted[normal] = min(counts[normal], np.delete(counts, normal).max(initial=0) or counts[normal])
    return wanted


def _shares(counts: npt.NDArray[np.int64], rows: int) -> npt.NDArray[np.int64]:
    exact = counts * (rows / counts.sum())
    parts: npt.NDArray[np.int64] = np.maximum(
        np.floor(exact).astype(np.int64), np.minimum(counts, 2)
    )
    order = np.argsort(-(exact - parts), kind="stable")
    for k in order:  # those that lost most by rounding come first
        if parts.sum() >= rows:
            break
        parts[k] += parts[k] < counts[k]
    while parts.sum() > rows:  # the floor of two rows took some from the large
        parts[np.argmax(parts)] -= 1
    return parts


def _drawn(table: Table, wanted: npt.NDArray[np.int64], purpose: str) -> npt.NDArray[np.bool_]:
    seed = [int(table.content[:8], 16), int(table.content[8:16], 16), *purpose.encode()]
    order = np.random.default_rng(seed).permutation(len(table))
    place = np.empty(len(table), dtype=np.int64)  # among the rows of its stratum, in that order
    for stratum in np.unique(table.strata):
        of_it = order[table.strata[order] == stratum]
        place[of_it] = np.arange(len(of_it))
    return np.array(place < wanted[table.strata], dtype=np.bool_)
