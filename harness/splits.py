"""How the rows of a dataset become pool and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from datasets.dataset import Table
from harness.arrays import Rows
from harness.cell import Split
from harness.seeding import generator, integer


@dataclass(frozen=True, slots=True)
class Sides:
    """Table rows of either side. From here on rows are pool rows, in this order."""

    pool: Rows  # (n_pool,), in random order
    test: Rows  # (n_test,), ascending


def split(table: Table, how: Split, seed: int, name: str, repeat: int) -> Sides:
    """Split `table`; its generators hang on the dataset's `name`, not on its preparation."""
    pool, test = SPLITTERS[how.method](table, how.test, integer(seed, "split", name, repeat))
    order = generator(seed, "pool", name, repeat).permutation(len(pool))
    return Sides(np.sort(pool)[order], np.sort(test))


def stratified(table: Table, test: float, seed: int) -> tuple[Rows, Rows]:
    """Every finest class has the same share on both sides, as far as rows can be divided.

    Stratified on `table.strata` and not on the task's classes, so that a binary and a
    multi-class preparation of one dataset are split alike.
    """
    rows = np.arange(len(table))
    pool, held = train_test_split(rows, test_size=test, random_state=seed, stratify=table.strata)
    return pool, held


SPLITTERS: dict[str, Callable[[Table, float, int], tuple[Rows, Rows]]] = {
    "stratified": stratified,
}


def sizes(table: Table, how: Split) -> tuple[int, int]:
    """Rows of the pool and of the test set.

    >>> class Ten:
    ...     def __len__(self): return 10
    >>> sizes(Ten(), Split("stratified", 0.25))
    (7, 3)
    """
    n_test = int(np.ceil(len(table) * how.test))
    return len(table) - n_test, n_test
