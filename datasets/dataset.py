"""What a dataset is to the rest of fewlabels: a card, a way in, and a prepared table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datasets.card import Card


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
    removed: Mapping[str, int] = field(default_factory=dict)  # reason -> rows

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry of `DATASETS`.

    `prepare` takes named, typed parameters (what a sweep may write beside the name) and returns
    a `Table`; it raises `DatasetError` with what to do. `import_file` reads the official download
    into the cache and returns one line that says what was found; None where nothing is imported.
    """

    card: Card
    prepare: Callable[..., Table]
    import_file: Callable[[Path], str] | None = None
