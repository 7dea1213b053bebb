"""Cross-validation on labelled rows: stratified, twins in one fold."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Rows
from harness.errors import CannotValidate
from harness.seeding import legacy

Fold = tuple[Rows, Rows]  # positions in the labelled rows: to fit on, to validate on
Counts = npt.NDArray[np.float64]  # of rows, whole numbers

_RELATIVE, _ABSOLUTE = 1e-5, 1e-8  # what numpy.isclose calls close


def folds(y: Classes, groups: Rows, n_folds: int, seed: int) -> list[Fold]:
    """Divide labelled rows into at most `n_folds` folds; rows of one group share a fold.

    The folds of two classes and more are those of scikit-learn's `StratifiedGroupKFold(n,
    shuffle=True)`, found several times faster: groups go one by one, the most uneven first, to
    the fold that then spreads the classes most evenly.

    There are fewer folds where the rows have fewer groups, or where no class has enough rows. A
    class whose rows are all twins, or too few, is missing from some folds: it then counts as
    never predicted there. Raises `CannotValidate` where two folds cannot be made.
    """
    _, group_of = np.unique(groups, return_inverse=True)
    _, class_of = np.unique(y, return_inverse=True)
    n_groups, most = int(group_of.max()) + 1, int(np.bincount(y).max())
    n = min(n_folds, n_groups, most)
    if n < 2:  # noqa: PLR2004 - a row to fit on, a row to validate on
        raise CannotValidate(
            f"{len(y)} labelled rows, {n_groups} different, at most {most} of one class: "
            f"they make no two folds"
        )
    counts = np.zeros((n_groups, class_of.max() + 1))
    np.add.at(counts, (group_of, class_of), 1)
    order = np.arange(n_groups)
    legacy(seed).shuffle(order)
    order = order[np.argsort(-counts[order].std(axis=1), kind="stable")]
    fold_of = np.empty(n_groups, dtype=np.int64)
    fold_of[order] = _assign(counts[order], n)
    fold_of_row = fold_of[group_of]
    pairs = [(np.flatnonzero(fold_of_row != i), np.flatnonzero(fold_of_row == i)) for i in range(n)]
    return [(fit, held) for fit, held in pairs if len(fit) and len(held)]


def _assign(groups: Counts, n_folds: int) -> list[int]:
    """The fold of each of `groups`, (n_groups, n_classes): rows by class, in this order.

    Sums run in scikit-learn's order: where two folds differ by rounding alone, the same one wins.
    """
    n_of_class = groups.sum(axis=0)
    rows = np.zeros((n_folds, groups.shape[1]))
    n_rows = [0.0] * n_folds
    spread = np.zeros(groups.shape[1])  # over the folds, of the share that each has of a class
    here = np.eye(n_folds)[:, :, None]  # where the group goes, by candidate
    found = []
    for group in groups:
        (classes,) = group.nonzero()  # no other class is spread anew
        own = rows[:, None, classes] + here * group[classes]
        shares = own / n_of_class[classes]  # (fold, candidate, class)
        off = shares - np.add.reduce(shares, axis=0) / n_folds
        spreads = np.repeat(spread[None], n_folds, axis=0)
        spreads[:, classes] = np.sqrt(np.add.reduce(off * off, axis=0) / n_folds)
        best = _best((np.add.reduce(spreads, axis=1) / len(spread)).tolist(), n_rows)
        rows[best] += group
        n_rows[best] += float(group.sum())
        spread = spreads[best]
        found.append(best)
    return found


def _best(unevenness: list[float], n_rows: list[float]) -> int:
    """The fold that is left most even; of two that are close, the one with fewer rows."""
    best, least, fewest = 0, math.inf, math.inf
    for fold, (value, n) in enumerate(zip(unevenness, n_rows, strict=True)):
        is_close = abs(value - least) <= _ABSOLUTE + _RELATIVE * least < math.inf
        if value < least or (is_close and n < fewest):
            best, least, fewest = fold, value, n
    return best
