"""Rows as points: each different one once, with the number of rows that lie there.

Over half of some intrusion datasets are rows with a twin. Clusters and neighbours of points cost
less, and a point is chosen once where a row would be chosen again as its twin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.arrays import Features, Mask, Rows

CHUNK = 2**20  # numbers mixed at once: they stay in the cache

_Bits = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Points:
    """In an order that hangs on their values alone: what is drawn among them, the pool's does not.

    `first` and `of` are positions among the rows that were given.
    """

    X: npt.NDArray[np.float64]  # (n_points, n_features)
    first: Rows  # (n_points,), the first row of each
    of: Rows  # (n_rows,), the point of each row
    n_rows: npt.NDArray[np.int64]  # (n_points,), rows of each

    @classmethod
    def of_rows(cls, X: Features) -> Points:
        """The points of rows, (n_rows, n_features)."""
        X = X + X.dtype.type(0)  # -0.0 is 0.0
        bits: npt.NDArray[np.unsignedinteger] = X.view(
            np.uint32 if X.dtype == np.float32 else np.uint64
        )
        _, first, of, n_rows = np.unique(
            _digests(bits), return_index=True, return_inverse=True, return_counts=True
        )
        if not np.array_equal(bits[first[of]], bits):  # two points have one digest
            _, first, of, n_rows = np.unique(
                bits, axis=0, return_index=True, return_inverse=True, return_counts=True
            )
        return cls(X[first].astype(np.float64), first, of.ravel(), n_rows)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.first)

    def among(self, rows: Mask) -> tuple[Rows, Rows]:
        """Points of which some of the `rows` are, (n_found,), and the first such row of each."""
        at = np.flatnonzero(rows)
        found, first = np.unique(self.of[at], return_index=True)
        return found, at[first]


def _digests(bits: npt.NDArray[np.unsignedinteger]) -> _Bits:
    """A number per row, (n_rows,); equal rows have equal ones, others hardly ever."""
    n_rows, n_columns = bits.shape
    odd = _mixed(np.arange(1, n_columns + 1, dtype=np.uint64)) | np.uint64(1)
    step = max(CHUNK // max(n_columns, 1), 1)
    parts = [
        (_mixed(bits[at : at + step].astype(np.uint64)) * odd).sum(axis=1, dtype=np.uint64)
        for at in range(0, n_rows, step)
    ]
    return np.concatenate(parts)


def _mixed(bits: _Bits) -> _Bits:
    """Every bit of a number hangs on all of it: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
