"""A `Table` from a bare matrix and its labels, as files of no particular dataset hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.dataset import Table
from datasets.errors import DatasetError


def plain_table(X: npt.NDArray[Any], y: npt.NDArray[Any], content: str, where: str) -> Table:
    """Return features X (n_rows, n_numbers) and labels y (n_rows,) as a table of numbers.

    The columns are called x1, x2, ...; NaN is missing. Classes are named after their labels, in
    ascending order: 1.0 becomes "1". Labels may be numbers, truth values or texts.

    Raises `DatasetError`, naming `where`, for anything else.
    """
    if y.ndim == 2 and y.shape[1] == 1:  # noqa: PLR2004 - a column of labels
        y = y[:, 0]
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y) or not X.size:  # noqa: PLR2004
        raise DatasetError(
            f"{where}: X must be a matrix with a row per label; X is {X.shape}, y is {y.shape}"
        )
    if X.dtype.kind not in "biuf":
        raise DatasetError(f"{where}: X must hold numbers, not {X.dtype}")
    numbers = np.ascontiguousarray(X, dtype=np.float64)
    if np.isinf(numbers).any():
        row, column = np.argwhere(np.isinf(numbers))[0]
        raise DatasetError(
            f"{where}: X[{row}, {column}] is infinite; write NaN for a missing value"
        )
    if y.dtype.kind not in "biufU":
        raise DatasetError(f"{where}: y must hold numbers or texts, not {y.dtype}")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DatasetError(
            f"{where}: {np.sum(~np.isfinite(y))} of {len(y)} labels are NaN or infinite"
        )
    labels, codes = np.unique(y, return_inverse=True)
    if len(labels) < 2:  # noqa: PLR2004
        raise DatasetError(f"{where}: all labels are {_name(labels[0])}; it takes two classes")
    return Table(
        numbers=numbers,
        number_names=tuple(f"x{j + 1}" for j in range(numbers.shape[1])),
        codes=np.empty((len(y), 0), dtype=np.int32),
        category_names=(),
        categories=(),
        y=codes.astype(np.int64),
        classes=tuple(_name(label) for label in labels),
        strata=codes.astype(np.int64),
        content=content,
    )


def _name(label: Any) -> str:
    """Return how a label is spelt: whole numbers without a point."""
    value = label.item()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
