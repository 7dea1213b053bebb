"""All that one metric says about a run: what leaderboards, plots and sentences are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from reports import curves, efficiency
from reports.costs import costs
from reports.efficiency import Target, of_run
from reports.efficiency.to_target import by_repeat, expected_labels
from reports.grid import Grid
from reports.reference import Reference


@dataclass(frozen=True)
class Measures:
    """One metric's points and what they sum up to; see the functions that make each frame."""

    metric: str
    grid: Grid
    points: pd.DataFrame  # `reports.curves.points`
    at_budgets: pd.DataFrame  # those of them at budgets, where all curves have equal chances
    means: pd.DataFrame  # `over_repeats` of them, indexed by curve, series, n_labels
    targets: dict[str, Target]  # by dataset
    no_target: dict[str, str]  # why, by dataset that has none
    to_target: pd.DataFrame  # `reports.efficiency.labels_to_target`, measured at budgets
    area_by_repeat: pd.DataFrame  # `reports.efficiency.area_under_curve`
    areas: pd.DataFrame  # `over_repeats` of the areas under the curves, indexed by curve, series
    costs: pd.DataFrame  # `reports.costs.costs`, whatever the metric
    references: pd.DataFrame  # the table of that name

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
        goals = _goals(grid, targets)
        bought = pd.concat(at_budgets[1:] or at_budgets)
        area = pd.concat(areas or [points.iloc[:0]])
        return cls(
            metric,
            grid,
            points,
            bought,
            curves.over_repeats(points, curves.POINT),
            targets,
            {
                dataset: efficiency.no_target(references, metric, reference, dataset)
                for dataset in grid.budgets
                if dataset not in targets
            },
            efficiency.labels_to_target(bought, metric, goals),
            area,
            curves.over_repeats(area, ["curve", "series"]),
            costs(scored),
            references,
        )

    @cached_property
    def efficiency(self) -> pd.DataFrame:
        """`reports.efficiency.of_run.measures`."""
        goals = {name: goal.value for name, goal in self.targets.items()}
        return of_run.measures(self.at_budgets, self.metric, self.grid, self.references, goals)

    @cached_property
    def efficiency_summary(self) -> pd.DataFrame:
        """`reports.efficiency.of_run.summary`."""
        return of_run.summary(self.efficiency)

    @cached_property
    def labels_by_repeat(self) -> pd.DataFrame:
        """`reports.efficiency.to_target.by_repeat`, its index as columns."""
        goals = _goals(self.grid, self.targets)
        return by_repeat(self.at_budgets, self.metric, goals).reset_index()

    @cached_property
    def expected_labels(self) -> pd.DataFrame:
        """`reports.efficiency.to_target.expected_labels`."""
        goals = _goals(self.grid, self.targets)
        return expected_labels(self.at_budgets, self.metric, goals, self.grid)

    @cached_property
    def of_cells(self) -> pd.DataFrame:
        """Scores by (curve, budget): X, X_half, X_low, X_high, X_n_repeats for each series X."""
        cells, series = self.grid.cells.index, self.means.index.get_level_values("series")
        parts = []
        for name in curves.SERIES:
            found = self.means[series == name].droplevel("series").reindex(cells)
            found.columns = [name, *(f"{name}_{column}" for column in curves.SUMMARY[1:])]
            parts.append(found)
        return pd.concat(parts, axis=1)

    @cached_property
    def of_curves(self) -> pd.DataFrame:
        """Tuned labels to the target and area, by curve: to_target, to_target_X, aubc, aubc_X."""
        parts = []
        for frame in (self.to_target, self.areas[["mean", "half", "n_repeats"]]):
            tuned = frame.index.get_level_values("series") == "tuned"
            parts.append(frame[tuned].droplevel("series").reindex(self.grid.curves.index))
        found = pd.concat(parts, axis=1)
        labels = [f"to_target_{column}" for column in efficiency.REACHED[1:]]
        return found.set_axis(["to_target", *labels, "aubc", "aubc_half", "aubc_n_repeats"], axis=1)


def _goals(grid: Grid, targets: dict[str, Target]) -> pd.Series[float]:
    """Return the target of each curve, indexed by it; NaN: none."""
    of = {name: goal.value for name, goal in targets.items()}
    return grid.curves["dataset"].map(of).astype(float)
