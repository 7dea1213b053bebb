"""From typed columns to numbers: what is learned here is learned from pool rows only."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.dataset import Table
from harness.arrays import Rows

UNKNOWN, MISSING = -1.0, 0.0  # codes of categories; known ones count from 1


def encode(table: Table, pool: Rows) -> npt.NDArray[np.float64]:
    """Numbers as they are, gaps filled by the pool's median; categories as ordinal codes.

    Returns (n_rows, n_numbers + n_categories) for all rows of the table. A category is numbered
    by its rank among those of the pool, a missing one is `MISSING`, and one that only the test
    side has is `UNKNOWN`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column with no value at all
        median = np.nan_to_num(np.nanmedian(table.numbers[pool], axis=0))
    numbers = np.where(np.isnan(table.numbers), median, table.numbers)
    return np.hstack([numbers, *(_ordinal(codes, pool) for codes in table.codes.T)])


def _ordinal(codes: npt.NDArray[np.int32], pool: Rows) -> npt.NDArray[np.float64]:
    known = np.unique(codes[pool])
    known = known[known >= 0]
    rank = np.full(max(codes.max(initial=-1), 0) + 2, UNKNOWN)
    rank[known] = np.arange(1, len(known) + 1)
    rank[-1] = MISSING  # the code of a missing value is -1, so it reads the last place
    return rank[codes][:, np.newaxis]


def twins(table: Table) -> Rows:
    """The group of each row, (n_rows,): rows equal in every feature share one.

    Groups are numbered as they appear. Equal means equal as prepared, before anything is fitted,
    so that all repeats and scalers agree on what a twin is; missing equals missing.
    """
    groups = np.zeros(len(table), dtype=np.int64)
    for column in [*table.numbers.T, *table.codes.T]:
        values, distinct = pd.factorize(column, use_na_sentinel=False)
        if len(distinct) > 1:
            groups, _ = pd.factorize(groups * len(distinct) + values)
    return groups
