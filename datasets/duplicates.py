"""Keep or drop the rows that repeat an earlier one."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from datasets.choices import check_choice
from datasets.dataset import Table

Duplicates = Literal["keep", "drop"]


def settle(table: Table, duplicates: Duplicates) -> Table:
    """Return `table` as it is (`keep`), or with the first of equal rows only (`drop`).

    Rows are equal when all their features and their class are; missing equals missing. So what
    is dropped depends on the features and the task that were chosen. `removed` counts it.
    """
    check_choice("duplicates", duplicates, get_args(Duplicates))
    if duplicates == "keep":
        return table
    import pandas as pd

    rows = pd.concat([pd.DataFrame(part) for part in (table.numbers, table.codes, table.y)], axis=1)
    first = ~rows.duplicated().to_numpy()
    return replace(
        table,
        numbers=table.numbers[first],
        codes=table.codes[first],
        y=table.y[first],
        strata=table.strata[first],
        removed={**table.removed, "duplicates": len(table) - int(first.sum())},
    )
