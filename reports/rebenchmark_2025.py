"""The area under the budget curve as one published benchmark computes it.

Lu, Li, Chen and Lin, "Re-Benchmarking Pool-Based Active Learning for Binary Classification", TMLR
2025, who took it over from Zhan, Liu, Li and Chan, "A comparative survey: benchmarking for
pool-based active learning", IJCAI 2021.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

DECIMALS = 5  # per seed, as published; means are taken over the rounded values


def area(measured: pd.DataFrame, n_pool: int) -> pd.DataFrame:
    """Return the published area of every curve that was tested after each single label.

    `measured` are points of one dataset (`reports.curves.points`), `n_pool` the rows of its pool.
    With the scores a_1 .. a_Q after the first, second ... last query, the pool then being empty:

        sum over i < Q of (a_i + a_i+1) / 2, divided by Q

    rounded. These are Q - 1 trapezoids divided by Q, and the score of the initial labels is not
    among them, so a curve of constant height h has (1 - 1/Q) h. Only repeats with a score at each
    number of labels up to `n_pool` have this area: it knows no budgets and no larger batches.

    Columns: curve, series, repeat, value.
    """
    key = ["curve", "series", "repeat"]
    if measured.empty or measured["n_labels"].max() < n_pool:
        measured = measured.iloc[:0]
    rows = [
        (*names, area_of(one["value"].to_numpy()[1:]))
        for names, one in measured.sort_values("n_labels").groupby(key)
        if _is_complete(one["n_labels"].to_numpy(), n_pool)
    ]
    return pd.DataFrame(rows, columns=[*key, "value"]).astype({"value": float})


def area_of(after_queries: npt.NDArray[np.float64]) -> float:
    """Return the area under the scores after each query, (n_queries,).

    >>> area_of(np.array([0.8, 0.9, 1.0]))
    0.6
    """
    trapezoids = (after_queries[1:] + after_queries[:-1]) / 2
    return round(float(trapezoids.sum() / len(after_queries)), DECIMALS)


def _is_complete(n_labels: npt.NDArray[np.int64], n_pool: int) -> bool:
    return len(n_labels) > 1 and n_labels[-1] == n_pool and bool((np.diff(n_labels) == 1).all())
