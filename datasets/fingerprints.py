"""Which rows are equal, found by 64-bit hashes that grow column by column.

Two different rows share a hash with a chance of 2 ** -64: among seven million rows, one wrong
pair in 700,000 tables. In return a table is read one column at a time and never held whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Hashes = npt.NDArray[np.uint64]


class Columns(Protocol):
    """What an Arrow table and a cached one have in common."""

    @property
    def column_names(self) -> Sequence[str]:
        """In order."""

    @property
    def num_rows(self) -> int:
        """The rows of each column."""

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column; texts are of Arrow's dictionary type."""


def mix(hashes: Hashes, column: pa.ChunkedArray) -> None:
    """Add `column` to the `hashes` (n_rows,) of its rows, in place; they start from zero.

    Missing equals missing, and no value; 0.0 equals -0.0.
    """
    _mix(hashes, _bits(column))
    if column.null_count:
        _mix(hashes, column.is_null().to_numpy().astype(np.uint64))


def groups(hashes: Hashes) -> npt.NDArray[np.int64]:
    """Number equal hashes alike, (n_rows,), as they appear."""
    import pandas as pd

    return pd.factorize(hashes)[0].astype(np.int64)


def indices(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """The codes (n_rows,) of a column of Arrow's dictionary type; null is -1."""
    whole = column.unify_dictionaries().combine_chunks()
    codes: npt.NDArray[np.int64] = whole.indices.fill_null(-1).to_numpy().astype(np.int64)
    return codes


def _bits(column: pa.ChunkedArray) -> Hashes:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return indices(column).view(np.uint64)
    known: npt.NDArray[Any] = column.fill_null(0).to_numpy()
    if known.dtype == np.float64:
        known = known + 0.0  # -0.0 becomes 0.0
    return known.view(np.uint64)


def _mix(hashes: Hashes, bits: Hashes) -> None:
    """Steele, Lea and Flood (2014), SplitMix64: every bit of the sum moves half of the others."""
    hashes ^= bits
    hashes += np.uint64(0x9E3779B97F4A7C15)
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
