"""Areas under the budget curve, by name: "AUBC" means something else in every second paper."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reports import rebenchmark_2025
from reports.efficiency import area_under_curve
from reports.grid import Grid
from reports.results import Results

KEY = ["curve", "series", "repeat"]

# Of points of one dataset, its budgets (ascending), and the rows of its pool.
AREAS: dict[str, Callable[[pd.DataFrame, list[int], int], pd.DataFrame]] = {
    "aubc": lambda points, budgets, _: area_under_curve(points, budgets),
    "rebenchmark_2025": lambda points, _, n_pool: rebenchmark_2025.area(points, n_pool),
}


def areas(points: pd.DataFrame, grid: Grid, results: Results) -> pd.DataFrame:
    """Return every area of every curve, series and repeat; NaN where one is not defined.

    `points` are those of `reports.curves.points`. Index: curve, series, repeat. A column for each
    of `AREAS`, in the metric's unit. Rows without any area are left out.
    """
    n_pool = results.datasets.set_index("dataset")["n_pool"]
    parts = []
    for dataset, budgets in grid.budgets.items():
        mine = points[points["curve"].isin(grid.of_dataset(dataset))]
        of_names = {
            name: area(mine, budgets, int(n_pool[dataset])).set_index(
                ["curve", "series", "repeat"]
            )["value"]
            for name, area in AREAS.items()
        }
        parts.append(pd.concat(of_names, axis=1))
    empty = pd.DataFrame(columns=[*AREAS], index=pd.MultiIndex.from_arrays([[]] * 3, names=KEY))
    return pd.concat(parts).sort_index() if parts else empty
