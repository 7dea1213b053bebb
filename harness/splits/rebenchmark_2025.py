"""The split of a published benchmark, so that its numbers can be had again.

Lu, Li, Chen and Lin, "Re-Benchmarking Pool-Based Active Learning for Binary Classification", TMLR
2025: shuffle all rows, cut, then shuffle the first part again with a new generator of the same
seed. Nothing is stratified; a seed that leaves a class out of the pool or of the initial labels
is not used.
"""

from __future__ import annotations

import numpy as np

from datasets.dataset import Table
from harness.errors import Dropped, Unsplittable
from harness.seeding import as_given
from harness.splits.draw import Draw
from harness.splits.splitter import Sides, Splitter


def sizes(table: Table, test: float) -> tuple[int, int]:
    """Rows of the pool and of the test set: the pool's share is rounded down."""
    n_pool = int(len(table) * (1 - test))
    if n_pool < len(np.unique(table.strata)):
        raise Unsplittable(f"a pool of {n_pool} rows cannot hold a row of each class")
    if n_pool == len(table):
        raise Unsplittable(f"{test} of {n_pool} rows leaves no test row")
    return n_pool, len(table) - n_pool


def sides(table: Table, test: float, draw: Draw) -> Sides:
    """The pool lies in the order of the second shuffle."""
    n_pool, _ = sizes(table, test)
    rows = np.arange(len(table))
    as_given(draw.seed).shuffle(rows)
    pool = rows[:n_pool].copy()
    draw.order.shuffle(pool)
    if missing := np.setdiff1d(table.strata, table.strata[pool]).tolist():
        raise Dropped(f"the pool of seed {draw.seed} has no row of class number {missing[0]}")
    return Sides(pool, np.sort(rows[n_pool:]))


REBENCHMARK_2025 = Splitter(
    "shuffled twice and cut, as Lu et al. (TMLR 2025) did",
    sizes,
    sides,
    start_needs_every_class=True,
)
