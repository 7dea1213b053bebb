"""Cross-validation on labelled rows: stratified, twins in one fold."""

from __future__ import annotations

import warnings

import numpy as np

from harness.arrays import Classes, Rows
from harness.errors import CannotValidate

Fold = tuple[Rows, Rows]  # positions in the labelled rows: to fit on, to validate on


def folds(y: Classes, groups: Rows, n_folds: int, seed: int) -> list[Fold]:
    """Divide labelled rows into at most `n_folds` folds; rows of one group share a fold.

    There are fewer folds where the rows have fewer groups, or where no class has enough rows. A
    class whose rows are all twins, or too few, is missing from some folds: it then counts as
    never predicted there. Raises `CannotValidate` where two folds cannot be made.
    """
    different, most = len(np.unique(groups)), int(np.bincount(y).max())
    n = min(n_folds, different, most)
    if n < 2:  # noqa: PLR2004 - a row to fit on, a row to validate on
        raise CannotValidate(
            f"{len(y)} labelled rows, {different} different, at most {most} of one class: "
            f"they make no two folds"
        )
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        pairs = list(splitter.split(np.zeros(len(y)), y, groups))
    return [(fit, held) for fit, held in pairs if len(fit) and len(held)]
