"""What all pages of a site are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reports import provenance
from reports.figures import styles
from reports.frames import Frames
from reports.grid import Grid
from reports.leaderboard import PIPELINE, Board, board, filled
from reports.measures import Measures
from reports.results import Results


@dataclass(frozen=True)
class Content:
    """The runs of a site, computed as far as a page has asked for."""

    frames: Frames
    metric: str  # the site's main one
    now: datetime

    @property
    def results(self) -> Results:
        """The stored tables."""
        return self.frames.tables

    @property
    def grid(self) -> Grid:
        """Curves, cells, budgets and repeats."""
        return self.frames.grid

    @property
    def main(self) -> Measures:
        """What the main metric says."""
        return self.frames.measures(self.metric)

    @cached_property
    def datasets(self) -> list[str]:
        """Those that have trials, by name."""
        return sorted(self.grid.budgets)

    def board(self, dataset: str, budget: int | None = None, metric: str | None = None) -> Board:
        """Return a leaderboard with all its columns; None: over all budgets, by the main metric."""
        name = metric or self.metric
        one = board(self.frames.measures(name), dataset, budget)
        return filled(one, self.frames.brought(name))

    @cached_property
    def styles(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Axis -> component -> colour, dash and symbol: the same on all pages."""
        return {axis: styles(self.grid.curves[axis].unique()) for axis in PIPELINE}

    @cached_property
    def budgets(self) -> dict[str, str]:
        """Every budget as it is written among the options of a choice -> as it is read."""
        every = {budget for budgets in self.grid.budgets.values() for budget in budgets}
        return {str(budget): f"{budget:,}" for budget in sorted(every)}

    @cached_property
    def badges(self) -> dict[str, list[str]]:
        """Dataset -> what makes its scores others than those of the data as it is."""
        return {
            name: provenance.all_badges(self.results, self.grid, name) for name in self.datasets
        }
