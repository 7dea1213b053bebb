"""Every class has the same share of its rows in the test set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datasets.dataset import Table
from harness.arrays import Mask, Rows
from harness.errors import Unsplittable
from harness.seeding import legacy
from harness.splits.draw import Draw
from harness.splits.splitter import Sides, Splitter


def sizes(table: Table, test: float) -> tuple[int, int]:
    """Rows of the pool and of the test set: the test set's share is rounded up.

    Where equal rows stay together these are the fewest rows of the pool and the most of the test
    set: groups are put whole into the test set as long as they fit.
    """
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
    if table.together is not None:
        allowed = _allowed(table, test)
        if n := _Groups.of(table).without_test_rows(allowed):
            raise Unsplittable(
                f"duplicates: group leaves no test row of {n} classes: all their rows are in "
                "groups of equal rows that are larger than the test set's share"
            )
        n_test = int(allowed.sum())
        n_pool = len(table) - n_test
    return n_pool, n_test


def sides(table: Table, test: float, draw: Draw) -> Sides:
    """Split on `table.strata` and not on the task's classes.

    So a binary and a multi-class preparation of one dataset are split alike. Raises `Unsplittable`
    as `sizes` does.
    """
    if table.together is None:
        sizes(table, test)
        is_test = _held_out(table.strata, test, legacy(draw.seed))
    else:
        groups = _Groups.of(table).whole(_allowed(table, test), draw.seed)
        is_test = groups[table.together]
    pool = np.flatnonzero(~is_test)
    return Sides(pool[draw.order.permutation(len(pool))], np.flatnonzero(is_test))


def _held_out(strata: Rows, test: float, rng: np.random.RandomState) -> Mask:
    """Which rows are test rows, (n_rows,): those that scikit-learn's `train_test_split` would take.

    It is what published studies split by. Here in array operations, some ten times as fast, and
    the same in every version of scikit-learn; the tests hold the two together.
    """
    counts = np.bincount(strata)
    counts = counts[counts > 0]
    n_test = int(np.ceil(len(strata) * test))
    n_pool = _apportioned(counts, len(strata) - n_test, rng)
    n_held = _apportioned(counts - n_pool, n_test, rng)
    # In as few bytes as they need: numpy sorts short numbers several times faster.
    order = np.argsort(strata.astype(np.min_scalar_type(int(strata.max()))), kind="stable")
    is_test = np.zeros(len(strata), dtype=bool)
    for rows, after, n in zip(np.split(order, np.cumsum(counts)[:-1]), n_pool, n_held, strict=True):
        is_test[rows[rng.permutation(len(rows))[after : after + n]]] = True
    return is_test


def _apportioned(counts: Rows, n: int, rng: np.random.RandomState) -> Rows:
    """`n` places shared out in proportion to `counts`: what is over goes to the largest remainders.

    Among equal ones the lot decides.
    """
    exact = counts / counts.sum() * n
    places: Rows = np.floor(exact).astype(np.intp)
    remainders = exact - places
    for remainder in np.unique(remainders)[::-1]:
        over = n - int(places.sum())
        if not over:
            break
        tied = np.flatnonzero(remainders == remainder)
        places[rng.choice(tied, min(over, len(tied)), replace=False)] += 1
    return places


def _allowed(table: Table, test: float) -> Rows:
    """Rows of each stratum that may be test rows, (n_strata,)."""
    counts = np.bincount(table.strata)
    share = np.ceil(counts * test).astype(np.intp)
    return np.asarray(np.minimum(share, np.maximum(counts - 1, 0)))


@dataclass(frozen=True)
class _Groups:
    """Rows of each stratum in each group of equal rows: parallel arrays, sorted by group."""

    group: Rows
    stratum: Rows
    n: Rows

    @classmethod
    def of(cls, table: Table) -> _Groups:
        """`table.together` numbers groups from 0."""
        width = int(table.strata.max()) + 1
        pairs, n = np.unique(np.asarray(table.together) * width + table.strata, return_counts=True)
        return cls(pairs // width, pairs % width, n)

    def whole(self, allowed: Rows, seed: int) -> npt.NDArray[np.bool_]:
        """Which groups are test rows: in random order, each that still fits into its strata."""
        starts = np.flatnonzero(np.diff(self.group, prepend=-1)).tolist()
        ends = [*starts[1:], len(self.group)]
        strata, n, left = self.stratum.tolist(), self.n.tolist(), allowed.tolist()
        is_test = np.zeros(len(starts), dtype=bool)
        order = np.random.default_rng(seed).permutation(len(starts)).tolist()
        for group in [*self._first_of_each(order, starts, allowed), *order]:
            if is_test[group]:
                continue
            parts = range(starts[group], ends[group])
            if all(n[part] <= left[strata[part]] for part in parts):
                is_test[group] = True
                for part in parts:
                    left[strata[part]] -= n[part]
        return is_test

    def _first_of_each(self, order: list[int], starts: list[int], allowed: Rows) -> list[int]:
        """For each stratum the first group in `order` that could be its test rows, rarest first.

        Otherwise groups of several classes could use up what a class is allowed before its own.
        """
        place = np.empty(len(starts), dtype=np.intp)
        place[order] = np.arange(len(starts))
        group_at = np.repeat(np.arange(len(starts)), np.diff([*starts, len(self.group)]))
        fits = np.ones(len(starts), dtype=bool)
        np.logical_and.at(fits, group_at, self.n <= allowed[self.stratum])
        firsts = []
        for stratum in np.argsort(allowed, kind="stable"):
            groups = np.unique(group_at[(self.stratum == stratum) & fits[group_at]])
            if len(groups):
                firsts.append(int(groups[np.argmin(place[groups])]))
        return firsts

    def without_test_rows(self, allowed: Rows) -> int:
        """The number of strata of which no group fits into the test set."""
        fits = np.ones(int(self.group.max()) + 1, dtype=bool)
        np.logical_and.at(fits, self.group, self.n <= allowed[self.stratum])
        return len(np.setdiff1d(self.stratum, self.stratum[fits[self.group]]))


STRATIFIED = Splitter("every class has the same share of its rows in the test set", sizes, sides)
