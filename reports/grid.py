"""Which curves and cells a run should hold by now, whatever the metric."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import AXES, OF_THE_MACHINE
from reports.results import Results
from reports.terms import seeing

NO_FAILURE = ("done", "pruned")
_NAMES = list(AXES)


@dataclass(frozen=True)
class Grid:
    """The curves of a run, numbered, and their cells."""

    curves: pd.DataFrame  # columns AXES, sorted by them; the index 0, 1, 2 ... is the number
    cells: pd.DataFrame  # index (curve, budget), sorted; columns n_trials, failures, limited
    repeats: dict[str, int]  # dataset -> repeats that any of its rows knows of, dropped ones aside
    budgets: dict[str, list[int]]  # dataset -> budgets that any of its studies has begun, ascending
    seeing: frozenset[str] = frozenset()  # strategies that see hidden labels: they cannot win

    @classmethod
    def of(cls, results: Results) -> Grid:
        """Return the grid of `results`.

        A cell is there if it has a trial, if an acquisition of its curve has bought its budget,
        or if one ended in a failure before. `failures` counts trials that ended without a score
        (pruned ones aside) and acquisitions that ended before the budget; `limited` those of them
        that hang on the machine: timeouts, out-of-memory, crashes.
        """
        tables = (results.acquisitions, results.rounds, results.evaluations, results.trials)
        rows = pd.concat([table[[*_NAMES, "repeat"]].drop_duplicates() for table in tables])
        # An acquisition is skipped where the split's protocol leaves its repeat out.
        dropped = results.acquisitions[results.acquisitions["status"] == "skipped"]
        left_out = pd.MultiIndex.from_frame(dropped[["dataset", "repeat"]])
        counted = rows[~pd.MultiIndex.from_frame(rows[["dataset", "repeat"]]).isin(left_out)]
        curves = rows[_NAMES].drop_duplicates().sort_values(_NAMES, ignore_index=True)
        budgets = results.trials[["dataset", "budget"]].drop_duplicates()
        bare = cls(
            curves,
            pd.DataFrame(),
            {
                str(name): int(counted.loc[counted["dataset"] == name, "repeat"].nunique())
                for name in curves["dataset"].unique()
            },
            {str(name): sorted(map(int, at)) for name, at in budgets.groupby("dataset")["budget"]},
        )
        cells = bare._count(results, budgets)
        return cls(curves, cells, bare.repeats, bare.budgets, seeing(results.terms))

    def number(self, rows: pd.DataFrame) -> npt.NDArray[np.intp]:
        """Return the curve of each of `rows`, which have the columns AXES."""
        return self._index.get_indexer(pd.MultiIndex.from_frame(rows[_NAMES]))

    def names(self, curve: int) -> dict[str, str]:
        """Return the components of a curve, by axis."""
        return {str(axis): str(name) for axis, name in self.curves.loc[curve].items()}

    @cached_property
    def contestants(self) -> pd.DataFrame:
        """The curves whose strategy sees no hidden label: only they are ranked and tested."""
        return self.curves[~self.curves["strategy"].isin(self.seeing)]

    def contestants_on(self, dataset: str) -> npt.NDArray[np.intp]:
        """Return the contestants on `dataset`, ascending."""
        return self.contestants.index[self.contestants["dataset"] == dataset].to_numpy()

    def of_dataset(self, dataset: str) -> npt.NDArray[np.intp]:
        """Return the curves of `dataset`, ascending."""
        return np.flatnonzero((self.curves["dataset"] == dataset).to_numpy())

    @cached_property
    def _index(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(self.curves)

    def _count(self, results: Results, budgets: pd.DataFrame) -> pd.DataFrame:
        tried = pd.DataFrame(
            {
                "curve": self.number(results.trials),
                "budget": results.trials["budget"],
                "n_trials": 1,
                "failures": ~results.trials["status"].isin(NO_FAILURE),
                "limited": results.trials["status"].isin(OF_THE_MACHINE),
            }
        )
        counted = tried.groupby(["curve", "budget"]).sum().astype(int)
        passed = self._passed(results.rounds, budgets)
        ended = results.acquisitions[~results.acquisitions["status"].isin([*NO_FAILURE, "skipped"])]
        missed = self._passed(ended, budgets, backwards=True)
        limited = ended[ended["status"].isin(OF_THE_MACHINE)]
        index = counted.index.union(passed.index).union(missed.index)
        counted = counted.reindex(index, fill_value=0).sort_index()
        counted["failures"] += missed.reindex(index, fill_value=0)
        missed = self._passed(limited, budgets, backwards=True)
        counted["limited"] += missed.reindex(index, fill_value=0)
        return counted

    def _passed(
        self, rows: pd.DataFrame, budgets: pd.DataFrame, *, backwards: bool = False
    ) -> pd.Series[int]:
        """Acquisitions per (curve, budget) that got there, or (`backwards`) that did not."""
        each = rows.groupby([*_NAMES, "repeat"], as_index=False)["n_labels"].max()
        at = each.merge(budgets, on="dataset")
        short = at["n_labels"] < at["budget"]
        at = at[short if backwards else ~short]
        at = at.assign(curve=self.number(at))
        counted: pd.Series[int] = at.groupby(["curve", "budget"]).size()
        return counted
