"""Rows by the ranks of their values: what every model's cuts of the same rows are looked up in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.arrays import Features
from harness.fast.cuts import Cuts

Codes = npt.NDArray[np.unsignedinteger[Any]]  # (n_rows,)
Bins = npt.NDArray[np.int64]  # (n_values,): between which cuts a value lies, from 0
Values = npt.NDArray[np.float32]  # ascending, NaN last


class Ranks:
    """Of each feature the values that there are, and which of them each row has.

    A feature's are worked out when they are first asked for: one tree cuts few features. They take
    1, 2 or 4 bytes per row and feature for up to 256, 65,536 and more values: a quarter to all of
    what the float32 features take, plus the values.
    """

    def __init__(self, *parts: Features) -> None:
        """Of the rows of `parts`, each (n_rows, n_features), one below the other."""
        self._parts = parts
        self._known: dict[int, tuple[Values, Codes]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self._parts))

    def of(self, feature: int) -> tuple[Values, Codes]:
        """The values of a feature, each once, and which of them each row has."""
        if feature not in self._known:
            column = np.concatenate([part[:, feature].astype(np.float32) for part in self._parts])
            self._known[feature] = _ranked(column)
        return self._known[feature]

    def of_all(self) -> None:
        """Work out every feature's, for whoever will share them."""
        for feature in range(self._parts[0].shape[1]):
            self.of(feature)

    @property
    def nbytes(self) -> int:
        """Bytes of what is worked out."""
        return sum(array.nbytes for known in self._known.values() for array in known)

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
            values, _ = self.of(feature)
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
