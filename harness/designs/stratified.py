"""Begin with every class: what an experiment can do, and nobody who has yet to buy labels.

Proportional allocation: Neyman, "On the two different aspects of the representative method",
Journal of the Royal Statistical Society 97, 1934.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Rows

Counts = npt.NDArray[np.intp]  # (n_classes,)


def stratified(X: Features, n: int, *, y: Classes) -> Rows:  # noqa: ARG001 - others look at X
    """Of each class its share of `n`, at least one: its first rows. Looks at labels.

    Shares are rounded by largest remainders. With fewer rows than classes, the largest classes
    have one each.
    """
    taken = _shares(np.bincount(y), n)
    order = np.argsort(y, kind="stable")
    place = np.empty(len(y), dtype=np.intp)  # among the rows of its class
    place[order] = np.arange(len(y)) - np.searchsorted(y[order], y[order])
    return np.flatnonzero(place < taken[y])


def _shares(counts: Counts, n: int) -> Counts:
    """Rows to take of each class, `n` together.

    >>> _shares(np.array([900, 90, 0, 10]), 20).tolist()
    [18, 1, 0, 1]
    """
    if n < (counts > 0).sum():
        largest = np.argsort(-counts, kind="stable")[:n]
        return np.asarray(np.isin(np.arange(len(counts)), largest), dtype=np.intp)
    exact = n * counts / counts.sum()
    taken: Counts = np.maximum(np.floor(exact), counts > 0).astype(np.intp)
    while taken.sum() < n:
        taken[np.argmax(np.where(taken < counts, exact - taken, -np.inf))] += 1
    while taken.sum() > n:  # the one row of each rare class took some from the others
        taken[np.argmax(np.where(taken > 1, taken - exact, -np.inf))] -= 1
    return taken
