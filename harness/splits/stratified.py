"""Every class has the same share of its rows in the test set."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import train_test_split

from datasets.dataset import Table
from harness.errors import Unsplittable
from harness.splits.draw import Draw
from harness.splits.splitter import Sides, Splitter


def sizes(table: Table, test: float) -> tuple[int, int]:
    """Rows of the pool and of the test set: the test set's share is rounded up."""
    counts = np.bincount(table.strata)
    counts = counts[counts > 0]
    n_test = int(np.ceil(len(table) * test))
    n_pool = len(table) - n_test
    if counts.min() < 2:  # noqa: PLR2004 - one row for either side
        raise Unsplittable("a class has one row; a stratified split needs two")
    if min(n_pool, n_test) < len(counts):
        raise Unsplittable(
            f"{n_pool} pool and {n_test} test rows cannot hold a row of each of "
            f"{len(counts)} classes; change split.test"
        )
    return n_pool, n_test


def sides(table: Table, test: float, draw: Draw) -> Sides:
    """Split on `table.strata` and not on the task's classes.

    So a binary and a multi-class preparation of one dataset are split alike.
    """
    rows = np.arange(len(table))
    pool, held = train_test_split(
        rows, test_size=test, random_state=draw.seed, stratify=table.strata
    )
    return Sides(np.sort(pool)[draw.order.permutation(len(pool))], np.sort(held))


STRATIFIED = Splitter("every class has the same share of its rows in the test set", sizes, sides)
