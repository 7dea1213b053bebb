"""From typed columns to numbers: what is learned here is learned from pool rows only."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from datasets.dataset import Impute, Table
from datasets.duplicates import equal_rows
from harness.arrays import Rows

UNKNOWN, MISSING = -1.0, 0.0  # codes of categories; known ones count from 1
AT_ONCE = 2**12  # rows of numbers that are gathered at a time: they stay in a processor's cache


def encode(
    table: Table, pool: Rows, rows: Rows | None = None, kinds: Rows | None = None
) -> npt.NDArray[np.float64]:
    """Numbers with their gaps filled, and categories as numbers, as the table asks for it.

    Returns (n_rows, n_columns) for `rows` of the table, or all. `kinds` are pool rows that together
    have every category of the pool, to look through instead of all of it; the caller answers for
    that. A gap is filled with the pool's median or mean, or with 0. `ordinal`: a category is
    numbered by its rank among those of the pool, a missing one is `MISSING`, and one that only the
    test side has is `UNKNOWN`. `one_hot`: a column for each category of the pool, and one for
    missing where the pool has gaps; one that only the test side has is 0 in all.
    """
    asked = np.arange(len(table)) if rows is None else rows
    encoded = _one_hot if table.encoding == "one_hot" else _ordinal
    of_pool, of_asked = (
        # Rows lie in random order: gathered whole, as they lie in memory, then turned.
        np.ascontiguousarray(table.codes[some].T)
        for some in (pool if kinds is None else kinds, asked)
    )
    columns = [encoded(*codes) for codes in zip(of_pool, of_asked, strict=True)]
    n_numbers = table.numbers.shape[1]
    X = np.empty((len(asked), n_numbers + sum(part.shape[1] for part in columns)))
    is_gap = np.zeros(n_numbers, dtype=bool)
    for start in range(0, len(asked), AT_ONCE):
        numbers = table.numbers[asked[start : start + AT_ONCE]]
        is_gap |= np.isnan(numbers).any(axis=0)
        X[start : start + AT_ONCE, :n_numbers] = numbers
    has_gaps = np.flatnonzero(is_gap)
    fill = _filling(table.numbers, pool, has_gaps, table.impute)
    for j, value in zip(has_gaps, fill, strict=True):
        X[np.isnan(X[:, j]), j] = value
    at = n_numbers
    for part in columns:
        X[:, at : at + part.shape[1]] = part
        at += part.shape[1]
    return X


def _filling(
    numbers: npt.NDArray[np.float64], pool: Rows, columns: Rows, impute: Impute
) -> npt.NDArray[np.float64]:
    """What fills the gaps of `columns` of `numbers`, (n_columns,): learned from the pool's rows."""
    if impute == "zero":
        return np.zeros(len(columns))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column with no value at all
        if impute == "median":
            typical = np.nanmedian(numbers[np.ix_(pool, columns)], axis=0)
        else:  # of all columns, since numpy adds up one alone in another order than several
            typical = np.nanmean(numbers[pool], axis=0)[columns]
        return np.asarray(np.nan_to_num(typical))


def _one_hot(
    of_pool: npt.NDArray[np.int32], codes: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    known = np.flatnonzero(np.bincount(of_pool + 1)) - 1
    return np.asarray(codes[:, np.newaxis] == known, dtype=np.float64)


def _ordinal(
    of_pool: npt.NDArray[np.int32], codes: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    known = np.flatnonzero(np.bincount(of_pool + 1)[1:])  # ascending; -1 is a missing one
    most = max(codes.max(initial=-1), of_pool.max(initial=-1), 0)
    rank = np.full(most + 2, UNKNOWN)
    rank[known] = np.arange(1, len(known) + 1)
    rank[-1] = MISSING  # the code of a missing value is -1, so it reads the last place
    return rank[codes][:, np.newaxis]


def twins(table: Table) -> Rows:
    """The group of each row, (n_rows,): rows equal in every feature share one.

    Groups are numbered as they appear. Equal means equal as prepared, before anything is fitted,
    so that all repeats and scalers agree on what a twin is; missing equals missing.
    """
    return equal_rows(table.numbers, table.codes)
