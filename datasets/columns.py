"""Columns of an Arrow table as the arrays of a `Table`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa


def numbers(table: pa.Table, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the named columns as one matrix (n_rows, len(names)); null is NaN.

    Integers are exact up to 2 ** 53.
    """
    matrix = np.empty((table.num_rows, len(names)), dtype=np.float64)
    for j, name in enumerate(names):
        matrix[:, j] = table.column(name).to_numpy()
    return matrix


def categories(
    table: pa.Table, names: Sequence[str]
) -> tuple[npt.NDArray[np.int32], tuple[tuple[str, ...], ...]]:
    """Return codes (n_rows, len(names)) into the sorted spellings of each column; null is -1.

    The named columns are of Arrow's dictionary type. Its order depends on how a file was
    written and read, so the spellings are sorted here; those of no row are left out.
    """
    codes = np.empty((table.num_rows, len(names)), dtype=np.int32)
    spellings = []
    for j, name in enumerate(names):
        column = table.column(name).unify_dictionaries().combine_chunks()
        indices = column.indices.fill_null(-1).to_numpy()
        words = column.dictionary.to_pylist()
        used = np.flatnonzero(np.bincount(indices + 1, minlength=len(words) + 1)[1:])
        in_order = sorted(used.tolist(), key=words.__getitem__)
        rank = np.full(len(words) + 1, -1, dtype=np.int32)  # the last entry is for null
        rank[in_order] = np.arange(len(in_order))
        codes[:, j] = rank[indices]
        spellings.append(tuple(words[k] for k in in_order))
    return codes, tuple(spellings)
