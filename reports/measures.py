"""All that one metric says about a run: what leaderboards, plots and sentences are made of."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reports import curves, efficiency
from reports.efficiency import Target
from reports.grid import Grid
from reports.reference import Reference


@dataclass(frozen=True)
class Measures:
    """One metric's points and what they sum up to; see the functions that make each frame."""

    metric: str
    grid: Grid
    points: pd.DataFrame  # `reports.curves.points`
    means: pd.DataFrame  # `over_repeats` of them, indexed by curve, series, n_labels
    targets: dict[str, Target]  # by dataset
    to_target: pd.DataFrame  # `reports.efficiency.labels_to_target`, measured at budgets
    areas: pd.DataFrame  # `over_repeats` of the areas under the curves, indexed by curve, series

    @classmethod
    def of(
        cls,
        metric: str,
        grid: Grid,
        scored: pd.DataFrame,
        references: pd.DataFrame,
        reference: Reference,
    ) -> Measures:
        """Measure `scored` (`reports.curves.scores`) by `metric`."""
        points = curves.points(scored, metric)
        targets = efficiency.targets(references, metric, reference)
        at_budgets, areas = [points.iloc[:0]], []
        for dataset, budgets in grid.budgets.items():
            mine = points[points["curve"].isin(grid.of_dataset(dataset))]
            # Defaults may be tested after every round; at budgets both have equal chances.
            at_budgets.append(mine[mine["n_labels"].isin(budgets)])
            areas.append(efficiency.area_under_curve(mine, budgets))
        goals = grid.curves["dataset"].map({name: goal.value for name, goal in targets.items()})
        bought = pd.concat(at_budgets[1:] or at_budgets)
        area = pd.concat(areas or [points.iloc[:0]])
        return cls(
            metric,
            grid,
            points,
            curves.over_repeats(points, curves.POINT),
            targets,
            efficiency.labels_to_target(bought, metric, goals.astype(float)),
            curves.over_repeats(area, ["curve", "series"]),
        )
