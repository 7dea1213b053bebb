"""What becomes of rows that equal an earlier one."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from datasets.choices import check_choice
from datasets.dataset import Table

Duplicates = Literal["keep", "drop", "group"]


def settle(table: Table, duplicates: Duplicates) -> Table:
    """Return `table` as it is (`keep`), without repetitions (`drop`), or with equal rows tied.

    `drop` keeps the first of the rows that are equal in all features, the class and the side of
    the official split; `removed` counts the others. `group` keeps all, and ties rows of equal
    features together, so that a split cannot tear them apart. Missing equals missing. So what is
    equal depends on the features, and for `drop` on the task, that were chosen.
    """
    check_choice("duplicates", duplicates, get_args(Duplicates))
    if duplicates == "keep":
        return table
    if duplicates == "group":
        return replace(table, together=equal_rows(table.numbers, table.codes))
    labels = [table.y] if table.is_test is None else [table.y, table.is_test]
    groups = equal_rows(table.numbers, table.codes, *labels)
    _, first = np.unique(groups, return_index=True)
    is_first = np.zeros(len(table), dtype=bool)
    is_first[first] = True
    return table.rows(is_first, "duplicates")


def equal_rows(*parts: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Return the group of each row, (n_rows,): rows equal in all columns of `parts` share one.

    A part is a matrix or a single column. Groups are numbered as they appear.
    """
    import pandas as pd

    groups = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        for column in part.T if part.ndim > 1 else [part]:
            values, distinct = pd.factorize(column, use_na_sentinel=False)
            if len(distinct) > 1:
                groups = pd.factorize(groups * len(distinct) + values)[0].astype(np.int64)
    return groups
