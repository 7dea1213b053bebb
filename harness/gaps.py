"""Rows that are numbered within their work, such as the rounds of an acquisition."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from harness.arrays import Mask


def codes(column: pa.ChunkedArray) -> np.ndarray:
    """A whole number for each value, equal for equal ones: (n_rows,)."""
    indices = column.combine_chunks().dictionary_encode().indices
    return np.asarray(indices.to_numpy(zero_copy_only=False))


def out_of_place(ids: pa.ChunkedArray, numbers: pa.ChunkedArray) -> Mask:
    """Which rows do not follow the one before, being behind a gap or there twice.

    (n_rows,), as both columns.

    >>> ids, numbers = pa.chunked_array([["a", "b", "a", "a"]]), pa.chunked_array([[0, 0, 3, 1]])
    >>> out_of_place(ids, numbers).tolist()
    [False, False, True, False]
    """
    of, number = codes(ids), numbers.to_numpy()
    order = np.lexsort((number, of))
    is_first = np.diff(of[order], prepend=-1) != 0
    place = np.arange(len(order))
    expected = place - np.maximum.accumulate(np.where(is_first, place, 0))
    wrong = np.zeros(len(order), dtype=bool)
    wrong[order] = number[order] != expected
    return wrong
