"""Rows by the ranks of their values: what every model's cuts of the same rows are looked up in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.arrays import Features
from harness.fast.cuts import Cuts

Codes = npt.NDArray[np.unsignedinteger[Any]]  # (n_rows,)
Bins = npt.NDArray[np.int64]  # (n_values,): between which cuts a value lies, from 0
Values = npt.NDArray[np.float32]  # ascending, NaN last


@dataclass(frozen=True, slots=True)
class Ranks:
    """Of each feature the values that there are, and which of them each row has.

    Takes 1, 2 or 4 bytes per row and feature for up to 256, 65,536 and more values: a quarter to
    all of what the float32 features take, plus the values.
    """

    values: tuple[Values, ...]  # by feature: each once
    codes: tuple[Codes, ...]  # by feature: into `values`

    @classmethod
    def of(cls, *parts: Features) -> Ranks:
        """The ranks of the rows of `parts`, each (n_rows, n_features), one below the other."""
        pairs = [
            _ranked(np.concatenate([part[:, j].astype(np.float32) for part in parts]))
            for j in range(parts[0].shape[1])
        ]
        return cls(tuple(values for values, _ in pairs), tuple(codes for _, codes in pairs))

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in (*self.values, *self.codes))

    def bins(self, cuts: Cuts) -> dict[int, Bins]:
        """By feature that separates any of these rows: between which cuts each value lies.

        NaN, whose way through a tree is another one than that of any number, is by itself.
        """
        order = np.argsort(cuts.features, kind="stable")
        features, starts = np.unique(cuts.features[order], return_index=True)
        found = {}
        for feature, thresholds in zip(
            features.tolist(), np.split(cuts.thresholds[order], starts)[1:], strict=True
        ):
            values = self.values[feature]
            at = np.searchsorted(values, thresholds, "right" if cuts.equal_is_below else "left")
            starts_bin = np.zeros(len(values) + 1, dtype=bool)
            starts_bin[at] = True  # at the end: no value lies above
            starts_bin[:-1] |= np.isnan(values)
            starts_bin[0] = False
            bins = np.cumsum(starts_bin[:-1])
            if bins[-1] > 0:
                found[feature] = bins
        return found


def _ranked(column: Values) -> tuple[Values, Codes]:
    # Hashing is several times faster than sorting all of them, as numpy's `unique` would.
    codes, values = pd.factorize(column + np.float32(0), use_na_sentinel=False)  # no -0.0
    order = np.argsort(values, kind="stable")  # NaN last
    rank = np.empty(len(order), dtype=np.min_scalar_type(max(len(order) - 1, 0)))
    rank[order] = np.arange(len(order))
    return values[order], rank[codes]
