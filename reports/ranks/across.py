"""Methods over all datasets of a run: one table, and what the tests say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.of_run import BASELINE
from reports.leaderboard import PIPELINE
from reports.measures import Measures
from reports.ranks.bayesian import EQUIVALENT, SignedRank, signed_rank
from reports.ranks.friedman import Friedman, Nemenyi, friedman, nemenyi
from reports.ranks.wilcoxon import Pair, pairs


@dataclass(frozen=True)
class Across:
    """Methods (columns) over datasets (rows); a method that lacks a dataset is not tested.

    Several preparations of one file are several rows here, and hardly independent of each other:
    a small p-value over four tasks made of one capture says little about a fifth capture.
    """

    table: pd.DataFrame  # mean score over repeats, in the metric's unit; NaN: not all repeats
    metric: str
    equivalent: float  # scores this close are worth the same
    averaged: pd.DataFrame  # by dataset: pipelines that each score is a mean over, and left_out

    @property
    def coverage(self) -> pd.Series[int]:
        """Datasets that each method has; never imputed."""
        return self.table.notna().sum()

    @cached_property
    def complete(self) -> pd.DataFrame:
        """The methods that have every dataset; of them alone the tests speak."""
        return self.table.loc[:, self.table.notna().all()]

    @cached_property
    def friedman(self) -> Friedman:
        """Whether any method differs."""
        return friedman(self._scores)

    @cached_property
    def nemenyi(self) -> Nemenyi:
        """Which pairs of average ranks differ; to be read where `friedman` rejects."""
        return nemenyi(self._scores)

    @cached_property
    def pairs(self) -> list[Pair]:
        """All pairs, by Wilcoxon's test with Holm's step."""
        return pairs(self._scores, equal=self.equivalent)

    @cached_property
    def against_chance(self) -> list[Pair]:
        """Chance against every other method, where it is one of them: fewer tests, more power."""
        names = list(self.complete.columns)
        if BASELINE not in names:
            return []
        return pairs(self._scores, against=names.index(BASELINE), equal=self.equivalent)

    def bayesian(self, one: str, other: str) -> SignedRank:
        """How probable it is that `one` is better than `other`, or worth the same."""
        sign = -1.0 if self.metric in LOWER_IS_BETTER else 1.0
        differences = sign * (self.table[one] - self.table[other]).to_numpy(dtype=np.float64)
        return signed_rank(differences, self.equivalent)

    @cached_property
    def _scores(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        sign = -1.0 if self.metric in LOWER_IS_BETTER else 1.0
        # Scores that differ in the 13th digit only are one score: sums of floats have an order.
        return np.round(sign * self.complete.to_numpy(dtype=np.float64), 12)


def across(
    measures: Measures,
    by: Sequence[str] = PIPELINE,
    budget: int | None = None,
    equivalent: float = EQUIVALENT,
) -> Across:
    """Return the methods of a run, named by the axes `by`, over its datasets.

    A method's score on a dataset is the mean area under its tuned curves, or their mean score at
    `budget`, over repeats and over the rest of the pipeline. What is averaged is the same for all
    methods of a dataset: pipelines that one of them lacks there count for none of them. A curve
    without all repeats of its dataset counts as lacking. Curves whose strategy sees hidden labels
    are left out.
    """
    grid = measures.grid
    if budget is None:
        column, n = measures.of_curves["aubc"], measures.of_curves["aubc_n_repeats"]
    else:
        cells = measures.of_cells.reindex(
            pd.MultiIndex.from_product([grid.curves.index, [budget]])
        ).set_axis(grid.curves.index)
        column, n = cells["tuned"], cells["tuned_n_repeats"]
    whole = column.where(n >= grid.curves["dataset"].map(grid.repeats))
    curves = grid.contestants
    method = curves[by[0]].astype(str)
    for axis in by[1:]:
        method = method + " / " + curves[axis].astype(str)
    named = curves.assign(value=whole.loc[curves.index], method=method)
    methods, datasets = sorted(method.unique()), sorted(curves["dataset"].unique())
    rest = [axis for axis in PIPELINE if axis not in by]
    known = named.dropna(subset=["value"])
    pipeline = known.groupby(["dataset", *rest]).ngroup().to_numpy(dtype=np.intp)
    numbers, first = np.unique(pipeline, return_index=True)
    of_dataset = known["dataset"].to_numpy()[first]
    wide = np.full((len(numbers), len(methods)), np.nan)
    wide[pipeline, pd.Index(methods).get_indexer(known["method"])] = known["value"]
    asked = named[["dataset", *rest]].drop_duplicates().groupby("dataset").size()
    table: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    counts: list[tuple[int, int]] = []
    for dataset in datasets:
        mine = wide[of_dataset == dataset]
        has = ~np.isnan(mine).all(axis=0)
        shared = ~np.isnan(mine[:, has]).any(axis=1)
        n_shared = int(shared.sum())
        row = np.full(len(methods), np.nan)
        if n_shared:
            row[has] = mine[shared][:, has].mean(axis=0)
        table.append(row)
        counts.append((n_shared, int(asked[dataset]) - n_shared) if rest else (1, 0))
    index = pd.Index(datasets)
    return Across(
        pd.DataFrame(table, index=index, columns=pd.Index(methods, name="method"), dtype=float),
        measures.metric,
        equivalent,
        pd.DataFrame(counts, index=index, columns=["pipelines", "left_out"]),
    )
