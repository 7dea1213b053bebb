"""Numbers on their way to the page's script, as short as they can be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

UNIT = 10_000  # scores are sent as whole numbers of 1/10,000


def scores(values: npt.ArrayLike) -> list[Any]:
    """Return `values`, of any shape, in units of 1/10,000, null for NaN.

    >>> scores([0.5, float("nan")])
    [5000, None]
    """
    return whole(np.asarray(values, dtype=np.float64) * UNIT)


def has_any(rows: npt.NDArray[np.float64]) -> list[bool]:
    """Return for each row whether any of it is a number."""
    return [bool(known) for known in np.any(~np.isnan(rows), axis=1)]


def whole(values: npt.ArrayLike) -> list[Any]:
    """Return `values`, of any shape, as whole numbers; null for NaN."""
    known = np.asarray(values, dtype=np.float64)
    rounded = np.rint(np.nan_to_num(known)).astype(np.int64).astype(object)
    rounded[np.isnan(known)] = None
    found: list[Any] = rounded.tolist()
    return found
