"""What changing one part of a pipeline changes, all else equal: paired by pipeline and by repeat.

docs/metrics.md has the formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.of_run import BASELINE
from reports.grid import Grid
from reports.leaderboard import PIPELINE
from reports.measures import Measures
from reports.ranks.adjusted import adjusted
from reports.ranks.paired import Paired, paired

NOTHING = "none"  # the scaler, and the resampler, that does nothing
BASELINES = {"scaler": NOTHING, "resampler": NOTHING, "strategy": BASELINE}
NOT_SHARED = "no pipeline has both on all repeats"


@dataclass(frozen=True)
class Effect:
    """One component of an axis against another one, on one dataset."""

    component: str
    against: str
    shared: int  # pipelines (the rest of it) that have both, on all repeats
    pipelines: int  # that have either, or should
    found: Paired  # differences by repeat, each a mean over the shared pipelines; above 0 is better

    @property
    def coverage(self) -> str:
        """How many pipelines the comparison rests on: `4 of 6`."""
        return f"{self.shared} of {self.pipelines}"


@dataclass(frozen=True)
class Axis:
    """The values of one dataset, arranged by the components of one axis; more is better."""

    name: str
    components: list[str]  # sorted
    rest: pd.DataFrame  # (pipelines, other axes): their components
    begun: npt.NDArray[np.bool_]  # (pipelines, components): is in the grid
    values: npt.NDArray[np.float64]  # (pipelines, components, repeats); NaN: not measured

    @cached_property
    def whole(self) -> npt.NDArray[np.bool_]:
        """(pipelines, components): has a value on every repeat. No other one is compared."""
        if not self.values.shape[2]:
            return np.zeros_like(self.begun)
        return np.asarray(~np.isnan(self.values).any(axis=2))

    @cached_property
    def baseline(self) -> str:
        """What the others are compared with: `none`, `random`, or what has the most pipelines."""
        usual = BASELINES.get(self.name)
        if usual in self.components:
            return str(usual)
        return self.components[int(self.begun.sum(axis=0).argmax())]

    @property
    def others(self) -> list[str]:
        """All components but the baseline."""
        return (
            [name for name in self.components if name != self.baseline] if self.components else []
        )

    def effect(self, component: str, against: str, overlap: float | None) -> Effect:
        """Compare two components over the pipelines that have both on all repeats.

        Differences are averaged over pipelines within each repeat before anything is tested: n is
        the number of repeats, since pipelines that share their split are not independent.
        `overlap` is that of `reports.ranks.paired.paired`.
        """
        one, other = self.components.index(component), self.components.index(against)
        shared = self.whole[:, one] & self.whole[:, other]
        n = int(shared.sum())
        if n:
            found = paired(
                self.values[shared, one].mean(axis=0),
                self.values[shared, other].mean(axis=0),
                overlap,
            )
        else:
            found = replace(paired(np.empty(0), np.empty(0), overlap), why=NOT_SHARED)
        either = int((self.begun[:, one] | self.begun[:, other]).sum())
        return Effect(component, against, n, either, found)

    def by(self, other: str) -> pd.DataFrame:
        """Return the mean differences to the baseline within each component of the axis `other`.

        Index: component of `other`, component; columns mean (NaN: nothing is shared), shared and
        pipelines.
        """
        place = self.components.index(self.baseline)
        shared = self.whole & self.whole[:, [place]]
        means = np.full(self.begun.shape, np.nan)
        if self.values.shape[2]:
            means = self.values.mean(axis=2)
        apart = np.where(shared, means - means[:, [place]], np.nan)
        found = []
        for name, rows in self.rest.groupby(other).indices.items():
            for component in self.others:
                column = self.components.index(component)
                known = apart[rows, column][shared[rows, column]]
                mean = known.mean() if len(known) else np.nan
                either = self.begun[rows, column] | self.begun[rows, place]
                found.append((str(name), component, mean, len(known), int(either.sum())))
        columns = [other, self.name, "mean", "shared", "pipelines"]
        return pd.DataFrame(found, columns=columns).set_index(columns[:2])


@dataclass(frozen=True)
class Places:
    """Where the curves of one dataset stand, arranged by one axis."""

    name: str
    components: list[str]  # sorted
    rest: pd.DataFrame  # the pipelines
    curves: npt.NDArray[np.intp]
    rows: npt.NDArray[np.intp]  # of each curve: its pipeline
    columns: npt.NDArray[np.intp]  # of each curve: its component

    @classmethod
    def of(cls, grid: Grid, dataset: str, name: str) -> Places:
        """Arrange the curves of `dataset` by the components of the axis `name`.

        Those whose strategy sees hidden labels are left out, whatever the axis.
        """
        curves = grid.contestants[grid.contestants["dataset"] == dataset]
        rest = [axis for axis in PIPELINE if axis != name]
        components = sorted(map(str, curves[name].unique()))
        pipelines = curves[rest].drop_duplicates().sort_values(rest, ignore_index=True)
        known = pd.MultiIndex.from_frame(pipelines)
        rows = known.get_indexer(pd.MultiIndex.from_frame(curves[rest]))
        columns = pd.Index(components).get_indexer(pd.Index(curves[name]))
        return cls(name, components, pipelines, curves.index.to_numpy(), rows, columns)

    @property
    def is_comparable(self) -> bool:
        """Whether any pipeline has two components of the axis, as far as the grid goes."""
        return len(np.unique(self.rows)) < len(self.rows)

    def filled(self, table: pd.DataFrame) -> Axis:
        """Return the axis with the values of `table`: a row per curve, a column per repeat.

        Repeats are those on which any curve of the dataset has a value.
        """
        mine = table.reindex(self.curves).dropna(axis=1, how="all").to_numpy(dtype=np.float64)
        values = np.full((len(self.rest), len(self.components), mine.shape[1]), np.nan)
        values[self.rows, self.columns] = mine
        begun = np.zeros(values.shape[:2], dtype=np.bool_)
        begun[self.rows, self.columns] = True
        return Axis(self.name, self.components, self.rest, begun, values)


def values(measures: Measures, budget: int | None = None) -> pd.DataFrame:
    """Return the tuned areas, or the tuned scores at `budget`, turned around where less is better.

    A row per curve, a column per repeat; what was not measured is NaN.
    """
    long = measures.area_by_repeat if budget is None else measures.at_budgets
    mine = long[long["series"] == "tuned"]
    if budget is not None:
        mine = mine[mine["n_labels"] == budget]
    sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
    table = mine.pivot_table(index="curve", columns="repeat", values="value")
    return sign * table.astype(float)


def effects(
    measures: Measures, overlaps: Mapping[str, float | None], budget: int | None = None
) -> pd.DataFrame:
    """Return every component of every axis against its baseline, a row each.

    By area, or by score at `budget`. Columns: dataset, axis, component, against, shared and
    pipelines (see `Effect`), those of `reports.ranks.paired.Paired`, p_holm (adjusted for the
    components of the axis on the dataset).
    """
    table, found = values(measures, budget), []
    for dataset in sorted(measures.grid.budgets):
        for name in PIPELINE:
            axis = Places.of(measures.grid, dataset, name).filled(table)
            of = [axis.effect(one, axis.baseline, overlaps.get(dataset)) for one in axis.others]
            p_values = adjusted([effect.found for effect in of])
            for effect, p_holm in zip(of, p_values, strict=True):
                known = {k: v for k, v in vars(effect).items() if k != "found"}
                where = {"dataset": dataset, "axis": name}
                found.append({**where, **known, **vars(effect.found), "p_holm": p_holm})
    return pd.DataFrame(found, columns=COLUMNS)


COLUMNS = ["dataset", "axis", "component", "against", "shared", "pipelines"]
COLUMNS += [*(part.name for part in fields(Paired)), "p_holm"]
