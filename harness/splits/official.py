"""The test set that a dataset's authors published."""

from __future__ import annotations

import numpy as np

from datasets.dataset import Table
from harness.errors import Unsplittable
from harness.splits.draw import Draw
from harness.splits.splitter import Sides, Splitter


def sizes(table: Table, test: float) -> tuple[int, int]:  # noqa: ARG001 - the authors decided
    """Rows of the official training file, which is the pool, and of the official test file."""
    if table.is_test is None:
        raise Unsplittable(
            "there is no official test set, or only one of its two files was imported; "
            "use split.method: stratified"
        )
    n_test = int(table.is_test.sum())
    if table.together is not None:
        _refuse_straddling(table)
    return len(table) - n_test, n_test


def sides(table: Table, test: float, draw: Draw) -> Sides:
    """The same rows on either side in every repeat; the draw decides the pool's order alone.

    Either side may hold classes and categories that the other lacks.
    """
    sizes(table, test)
    assert table.is_test is not None  # noqa: S101 - sizes has looked
    pool = np.flatnonzero(~table.is_test)
    return Sides(pool[draw.order.permutation(len(pool))], np.flatnonzero(table.is_test))


def _refuse_straddling(table: Table) -> None:
    both = np.intersect1d(table.together[table.is_test], table.together[~table.is_test])  # type: ignore[index,operator]
    if len(both):
        raise Unsplittable(
            f"duplicates: group cannot hold: {len(both):,} groups of equal rows lie on both sides "
            "of the official split"
        )


OFFICIAL = Splitter(
    "the test set that the authors published; repeats differ in the pool's order alone",
    sizes,
    sides,
    takes_share=False,
)
