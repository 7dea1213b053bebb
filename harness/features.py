"""From typed columns to numbers: what is learned here is learned from pool rows only."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from datasets.dataset import Impute, Table
from datasets.duplicates import equal_rows
from harness.arrays import Rows

UNKNOWN, MISSING = -1.0, 0.0  # codes of categories; known ones count from 1


def encode(table: Table, pool: Rows) -> npt.NDArray[np.float64]:
    """Numbers with their gaps filled, and categories as numbers, as the table asks for it.

    Returns (n_rows, n_columns) for all rows of the table. A gap is filled with the pool's median
    or mean, or with 0. `ordinal`: a category is numbered by its rank among those of the pool, a
    missing one is `MISSING`, and one that only the test side has is `UNKNOWN`. `one_hot`: a column
    for each category of the pool, and one for missing where the pool has gaps; one that only the
    test side has is 0 in all.
    """
    fill = _filling(table.numbers[pool], table.impute)
    numbers = np.where(np.isnan(table.numbers), fill, table.numbers)
    encoded = _one_hot if table.encoding == "one_hot" else _ordinal
    return np.hstack([numbers, *(encoded(codes, pool) for codes in table.codes.T)])


def _filling(numbers: npt.NDArray[np.float64], impute: Impute) -> npt.NDArray[np.float64]:
    if impute == "zero":
        return np.zeros(numbers.shape[1])
    typical = np.nanmedian if impute == "median" else np.nanmean
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column with no value at all
        return np.asarray(np.nan_to_num(typical(numbers, axis=0)))


def _one_hot(codes: npt.NDArray[np.int32], pool: Rows) -> npt.NDArray[np.float64]:
    return np.asarray(codes[:, np.newaxis] == np.unique(codes[pool]), dtype=np.float64)


def _ordinal(codes: npt.NDArray[np.int32], pool: Rows) -> npt.NDArray[np.float64]:
    known = np.flatnonzero(np.bincount(codes[pool] + 1)[1:])  # ascending; -1 is a missing one
    rank = np.full(max(codes.max(initial=-1), 0) + 2, UNKNOWN)
    rank[known] = np.arange(1, len(known) + 1)
    rank[-1] = MISSING  # the code of a missing value is -1, so it reads the last place
    return rank[codes][:, np.newaxis]


def twins(table: Table) -> Rows:
    """The group of each row, (n_rows,): rows equal in every feature share one.

    Groups are numbered as they appear. Equal means equal as prepared, before anything is fitted,
    so that all repeats and scalers agree on what a twin is; missing equals missing.
    """
    return equal_rows(table.numbers, table.codes)
