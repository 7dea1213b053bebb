"""What a dataset is to the rest of fewlabels: a card, a way in, and a prepared table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from datasets.card import Card
from datasets.official import Official

Encoding = Literal["ordinal", "one_hot"]
Impute = Literal["median", "mean", "zero"]


@dataclass(frozen=True, slots=True)
class Table:
    """A prepared dataset: typed columns and classes, one row an example, in the file's order.

    Nothing in it was learned from the data: categories are codes into a sorted list of all
    spellings, missing values are still missing. What learns (encoders, imputers, scalers) is
    fitted on pool rows, per repeat, by the harness.
    """

    numbers: npt.NDArray[np.float64]  # (n_rows, n_numbers); NaN is missing
    number_names: tuple[str, ...]
    codes: npt.NDArray[np.int32]  # (n_rows, n_categories), into `categories`; -1 is missing
    category_names: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]  # per categorical column, sorted
    y: npt.NDArray[np.int64]  # (n_rows,), into `classes`
    classes: tuple[str, ...]
    strata: npt.NDArray[np.int64]  # (n_rows,), the finest labels: what splits are stratified on,
    # so that two preparations of one dataset (binary, multi-class) get the same split
    content: str  # sha256 of what the rows were read or generated from
    reading: str = field(default="", kw_only=True)  # by which card and code they were read
    removed: Mapping[str, int] = field(default_factory=dict)  # reason -> rows
    is_test: npt.NDArray[np.bool_] | None = None  # (n_rows,), of the official split if there is one
    together: npt.NDArray[np.int64] | None = None  # (n_rows,): equal numbers stay on one side
    encoding: Encoding = "ordinal"  # of categories
    impute: Impute = "median"  # of numbers that are missing
    badges: tuple[str, ...] = ()  # what makes its scores others than those of the data as it is

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def rows(self, kept: npt.NDArray[Any], why: str) -> Table:
        """Return the table of the rows `kept` (a mask, or ascending rows); count the others."""
        n = int(kept.sum()) if kept.dtype == bool else len(kept)

        def of(array: npt.NDArray[Any] | None) -> Any:
            return None if array is None else array[kept]

        return replace(
            self,
            numbers=self.numbers[kept],
            codes=self.codes[kept],
            y=self.y[kept],
            strata=self.strata[kept],
            is_test=of(self.is_test),
            together=of(self.together),
            removed={**self.removed, why: self.removed.get(why, 0) + len(self) - n},
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry of `DATASETS`.

    `prepare` takes named, typed parameters (what a sweep may write beside the name) and returns
    a `Table`; it raises `DatasetError` with what to do. `import_file` reads the official download
    into the cache and returns one line that says what was found; None where nothing is imported.
    `official` is how its files are told apart and checked, where there are official ones.
    """

    card: Card
    prepare: Callable[..., Table]
    import_file: Callable[..., str] | None = None
    official: Official | None = None
