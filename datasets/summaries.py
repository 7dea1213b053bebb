"""Imported columns in a few figures each, and how the numeric ones go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datasets.card import Card
from datasets.fingerprints import Columns, indices
from datasets.official import SIDE
from datasets.preparation import types_of

if TYPE_CHECKING:
    import pyarrow as pa

IS_ATTACK = "(is attack)"
MOST_CELLS = 2**25  # that correlations are computed from; of more, rows are drawn

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NumberSummary:
    """A column of numbers; figures are NaN where nothing is known."""

    name: str
    n_missing: int
    n_distinct: int
    low: float
    median: float
    high: float
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class CategorySummary:
    """A column of words."""

    name: str
    n_missing: int
    n_distinct: int
    most_common: str
    n_most_common: int


@dataclass(frozen=True, slots=True)
class Correlation:
    """Coefficients of numeric columns that vary; NaN where two are never known together."""

    names: tuple[str, ...]
    pearson: Matrix  # (n_columns, n_columns)
    ranks: Matrix  # Spearman's, (n_columns, n_columns)
    n_rows: int  # that they are computed from


def summaries(rows: Columns, card: Card) -> tuple[list[NumberSummary], list[CategorySummary]]:
    """Return a summary per column but the labels, in order."""
    import pyarrow as pa

    numbers, categories = [], []
    for name in _columns(rows, card):
        column = rows.column(name)
        if pa.types.is_dictionary(column.type):
            categories.append(_category(name, column))
        else:
            numbers.append(_number(name, column))
    return numbers, categories


def correlation(rows: Columns, card: Card) -> Correlation:
    """Return how the numeric columns, and being an attack, go together."""
    import pyarrow as pa

    types, classes = types_of(rows, card)
    found: dict[str, Matrix] = {}
    names = _columns(rows, card)
    kept = _kept(rows.num_rows, len(names))
    for name in names:
        column = rows.column(name)
        if not pa.types.is_dictionary(column.type):
            found[name] = _floats(column)[kept]
    if card.normal in classes:
        found[IS_ATTACK] = (types != classes.index(card.normal))[kept].astype(np.float64)
    varied = {name: values for name, values in found.items() if _varies(values)}
    if not varied:
        return Correlation((), np.empty((0, 0)), np.empty((0, 0)), len(kept))
    matrix = np.column_stack(list(varied.values()))
    pearson = _pearson(matrix)
    for j in range(matrix.shape[1]):
        matrix[:, j] = _ranks(matrix[:, j])
    return Correlation(tuple(varied), pearson, _pearson(matrix), len(kept))


def _columns(rows: Columns, card: Card) -> list[str]:
    return [name for name in rows.column_names if name not in (*card.labels, SIDE)]


def _floats(column: pa.ChunkedArray) -> Matrix:
    numbers: Matrix = column.to_numpy().astype(np.float64)
    return numbers


def _number(name: str, column: pa.ChunkedArray) -> NumberSummary:
    import pandas as pd

    numbers = _floats(column)
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return NumberSummary(name, len(numbers), 0, *[float("nan")] * 5)
    return NumberSummary(
        name=name,
        n_missing=len(numbers) - len(known),
        n_distinct=len(pd.unique(known)),
        low=float(known.min()),
        median=float(np.median(known)),
        high=float(known.max()),
        mean=float(known.mean()),
        std=float(known.std(ddof=1)) if len(known) > 1 else 0.0,
    )


def _category(name: str, column: pa.ChunkedArray) -> CategorySummary:
    codes = indices(column)
    counts = np.bincount(codes[codes >= 0])
    if not len(counts):
        return CategorySummary(name, len(codes), 0, "", 0)
    most = int(counts.argmax())
    words = column.unify_dictionaries().combine_chunks().dictionary
    n_missing = int((codes < 0).sum())
    return CategorySummary(
        name, n_missing, int((counts > 0).sum()), str(words[most].as_py()), int(counts[most])
    )


def _kept(n_rows: int, n_columns: int) -> npt.NDArray[np.int64]:
    most = MOST_CELLS // max(1, n_columns)
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(n_rows).choice(n_rows, most, replace=False))


def _varies(values: Matrix) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 1 and bool((known != known[0]).any())


def _ranks(values: Matrix) -> Matrix:
    """Ranks of what is known, equal ones the mean of theirs."""
    from scipy.stats import rankdata

    is_known = ~np.isnan(values)
    ranks = np.full(len(values), np.nan)
    ranks[is_known] = rankdata(values[is_known])
    return ranks


def _pearson(matrix: Matrix) -> Matrix:
    """Return coefficients of each pair of columns, over the rows that know both."""
    is_known = ~np.isnan(matrix)
    centre, spread = np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0)
    scaled: Matrix = np.where(is_known, (matrix - centre) / spread, 0.0)
    known: Any = is_known.astype(np.float64)
    n, sums, squares = known.T @ known, scaled.T @ known, (scaled**2).T @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = scaled.T @ scaled - sums * sums.T / n
        variance = squares - sums**2 / n
        product = np.sqrt(variance * variance.T)
        # What rounding leaves of no variance is none: two columns known together in equal rows.
        found: Matrix = np.where(product > 1e-9 * n, covariance / product, np.nan)
    return np.clip(found, -1, 1)
