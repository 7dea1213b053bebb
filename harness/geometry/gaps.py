"""How far rows are from the nearest of a growing set of centres, exactly where it matters.

A greedy choice asks again and again for the row that scores highest by its distance to all that is
labelled or chosen. Distances only shrink as centres are added, so an upper bound of long ago still
is one, and only rows whose bound could win need a second look: lazy evaluation (Minoux,
"Accelerated greedy algorithms for maximizing submodular set functions", 1978). The first bounds
come from a matrix product, which costs far less than distances do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from harness.arrays import Features, Rows, Scores

CHUNK = 2**20  # numbers held at once: 8 MiB
NARROW = 256  # rows that are looked at first

Distances = npt.NDArray[np.float64]  # (n_rows,), squared, Euclidean


class Gaps:
    """Squared distances of rows to their nearest centres; all in float64, equal rows exactly 0."""

    def __init__(self, X: Features, centres: Features) -> None:
        """Of rows (n_rows, n_features) to centres (n_centres, n_features), of which one or more."""
        self._X = np.asarray(X, dtype=np.float64)
        self._centres = np.asarray(centres, dtype=np.float64)
        self._added: list[int] = []  # rows that became centres
        self._upper = upper_bounds(self._X, self._centres)
        self._is_exact = np.zeros(len(X), dtype=np.bool_)  # to the centres at the start
        self._n_seen = np.zeros(len(X), dtype=np.intp)  # of the added ones

    def add(self, row: int) -> None:
        """Make a row a centre, too."""
        self._added.append(row)

    def exact_at_the_top(self, score: Callable[[Distances], Scores]) -> Scores:
        """Scores of all rows, (n_rows,); exact for the highest one and all that tie with it.

        `score` gives those of distances, (n_rows,) each, and must not fall as a distance grows.
        Scores that are not exact are upper bounds, and below the highest.
        """
        width = NARROW
        while True:
            scores = score(self._upper)
            is_known = self._is_exact & (self._n_seen == len(self._added))
            best = scores[is_known].max(initial=-np.inf)
            unknown = np.flatnonzero((scores >= best) & ~is_known & (scores > -np.inf))
            if not len(unknown):
                return scores
            unknown = _highest(unknown, scores, width)
            behind = unknown[self._n_seen[unknown] < len(self._added)]
            if len(behind):
                self._catch_up(behind)
                width *= 2
            else:
                self._make_exact(_highest(unknown, scores, NARROW))

    def _catch_up(self, rows: Rows) -> None:
        for n_seen in np.unique(self._n_seen[rows]):
            at = rows[self._n_seen[rows] == n_seen]
            self._shrink(at, self._X[self._added[n_seen:]])
        self._n_seen[rows] = len(self._added)

    def _make_exact(self, rows: Rows) -> None:
        self._shrink(rows, self._centres)
        self._is_exact[rows] = True

    def _shrink(self, rows: Rows, centres: Distances) -> None:
        from scipy.spatial.distance import cdist

        step = max(CHUNK // len(centres), 1)
        for at in (rows[start : start + step] for start in range(0, len(rows), step)):
            exact = cdist(self._X[at], centres, "sqeuclidean").min(axis=1)
            self._upper[at] = np.minimum(self._upper[at], exact)


def _highest(rows: Rows, scores: Scores, n: int) -> Rows:
    if len(rows) <= n:
        return rows
    return rows[np.argpartition(scores[rows], -n)[-n:]]


def upper_bounds(X: Distances, centres: Distances) -> Distances:
    """At least the squared distance to the nearest centre, (n_rows,), and hardly more.

    |x|² + |c|² - 2 x·c, with the norms increased by more than all rounding can take away. Infinite
    without a centre.
    """
    if not len(centres):
        return np.full(len(X), np.inf)
    slack = 1 + 8 * (X.shape[1] + 8) * np.finfo(np.float64).eps
    of_rows: Distances = slack * np.einsum("ij,ij->i", X, X)
    of_centres = slack * np.einsum("ij,ij->i", centres, centres)
    twice = -2 * centres.T
    step = max(CHUNK // len(centres), 1)
    for start in range(0, len(X), step):
        at = slice(start, start + step)
        product = X[at] @ twice
        product += of_centres
        of_rows[at] += product.min(axis=1)
    return of_rows
