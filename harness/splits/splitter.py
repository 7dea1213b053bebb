"""What a splitter is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datasets.dataset import Table
from harness.arrays import Rows
from harness.splits.draw import Draw


@dataclass(frozen=True, slots=True)
class Sides:
    """Table rows of either side. From here on rows are pool rows, in this order."""

    pool: Rows  # (n_pool,), in random order
    test: Rows  # (n_test,), ascending


@dataclass(frozen=True, slots=True)
class Splitter:
    """One entry of `SPLITTERS`.

    `sizes(table, test)` gives the rows of the pool and of the test set, the same for every draw,
    for the share `test` of test rows; it raises `Unsplittable` where there is no split.
    `sides(table, test, draw)` splits; it raises `Dropped` where its protocol leaves a draw out.
    It may look at `table.strata` and the number of rows, never at what a task or a choice of
    features makes of them, so that preparations of one dataset are split alike.
    """

    about: str  # one line
    sizes: Callable[[Table, float], tuple[int, int]]
    sides: Callable[[Table, float, Draw], Sides]
    takes_share: bool = True  # of test rows; the official split has its own
    start_needs_every_class: bool = False  # leave out a repeat whose initial labels miss a class
