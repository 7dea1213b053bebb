"""A run as tidy data frames, for notebooks and papers: `reports.load("runs/NAME")`.

docs/results.md documents every column; docs/metrics.md every measure and test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from harness.place import opened
from harness.schema import AXES, KEYS, LOWER_IS_BETTER, METRICS
from harness.winners import defaults, winners
from reports import areas, axis_effects, curves, merge, stopping
from reports.columns import brought
from reports.confusion import Confusions, confusions
from reports.efficiency import discovery, gain, of_run, recall, seconds
from reports.efficiency.to_target import by_repeat, expected_labels
from reports.grid import Grid
from reports.headline import Headline, headline
from reports.measures import Measures
from reports.metric_names import known
from reports.ranks.across import Across, across
from reports.ranks.adjusted import adjusted
from reports.ranks.bayesian import EQUIVALENT
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import Paired, paired
from reports.ranks.whole_curves import whole_curves
from reports.results import Results, frame, read
from reports.table_files import Choice, boards, numbers

_TESTED = [*AXES, "series", "n_labels", "repeat"]


@dataclass(frozen=True)
class Frames:
    """The frames of one run, or of several that were merged; `metric` is one of `METRICS`.

    None is the metric that chose the winners.

    Every frame names the curve by the columns dataset, classifier, scaler, resampler and
    strategy. Methods raise `UnknownName` for a metric that is not there.
    """

    tables: Results  # the stored tables, but for batches, confusion matrices and parameters

    @cached_property
    def grid(self) -> Grid:
        """Curves, cells, budgets and repeats."""
        return Grid.of(self.tables)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Every tested model of a curve: series, n_labels, repeat, test_ metrics, its costs."""
        return self._named(self._scored)

    @cached_property
    def _scored(self) -> pd.DataFrame:
        return curves.scores(self.tables, self.grid)

    def leaderboard(
        self, metric: str | None = None, budget: int | None = None, by: str | None = None
    ) -> pd.DataFrame:
        """The rows of `fewlabels leaderboard RUN --format csv`, of all datasets."""
        names = [n for n, at in sorted(self.grid.budgets.items()) if budget in {None, *at}]
        choice = Choice(budget, by, None)
        found = boards(self.measures(metric), self.tables, names, choice)
        if not found:
            return pd.DataFrame()
        return pd.concat([numbers(one) for one in found], ignore_index=True)

    def efficiency(self, metric: str | None = None) -> pd.DataFrame:
        """Every label-efficiency measure of every curve: series, repeat, and a column for each."""
        return self._named(self.measures(metric).efficiency.reset_index())

    def efficiency_summary(self, metric: str | None = None) -> pd.DataFrame:
        """What they come to over repeats: series, measure, mean, half, low, high, median, n ..."""
        return self._named(of_run.summary(self.measures(metric).efficiency).reset_index())

    def areas(self, metric: str | None = None) -> pd.DataFrame:
        """The area under every curve by every definition (`reports.areas`); NaN: not defined."""
        found = areas.areas(self.measures(metric).points, self.grid, self.tables)
        return self._named(found.reset_index())

    def curves(self, metric: str | None = None) -> pd.DataFrame:
        """The tuned means at each budget, with bands for whole curves and against chance."""
        found = whole_curves(self.measures(metric), overlaps(self.tables))
        return self._named(found.reset_index())

    def labels_to(self, score: float, metric: str | None = None) -> pd.DataFrame:
        """Labels until `score`, the same on all datasets: series, median, restricted_mean, n ...

        Kaplan and Meier's estimates over repeats (`reports.efficiency.censored`).
        """
        measures = self.measures(metric)
        goals = pd.Series(score, index=self.grid.curves.index, dtype=float)
        found = expected_labels(measures.at_budgets, measures.metric, goals, self.grid)
        return self._named(found.reset_index())

    def tuning_gain(self, metric: str | None = None) -> pd.DataFrame:
        """Tuned minus default by n_labels and repeat."""
        points = self.measures(metric).at_budgets
        found = gain.tuned_minus_default(points, self.metric(metric))
        return self._named(found.rename(columns={"value": "gain"}))

    def pairs(self, metric: str | None = None) -> pd.DataFrame:
        """Every strategy against chance in the same pipeline, by area, paired by repeat.

        One that sees hidden labels is none to compare.
        Columns: n, n_missing, mean (of the differences; above zero is better), wins, ties, losses,
        low, high, p, why (there is no p), p_holm (adjusted for the pairs of the dataset; those
        that are equal on every repeat have no p, and count as 1: the safe side).
        """
        measures = self.measures(metric)
        tuned = measures.area_by_repeat[measures.area_by_repeat["series"] == "tuned"]
        area = tuned.pivot_table(index="curve", columns="repeat", values="value")
        sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
        overlap, found = overlaps(self.tables), []
        chances = of_run.baselines(self.grid)
        for curve in self.grid.contestants.index:
            chance = chances[curve]
            if curve == chance or curve not in area.index or chance not in area.index:
                continue
            of = overlap.get(str(self.grid.curves.loc[curve, "dataset"]))
            one, other = (sign * area.loc[place].to_numpy() for place in (curve, chance))
            found.append((curve, paired(one, other, of)))
        names = [field.name for field in fields(Paired)]
        plain = [{"curve": curve, **vars(one)} for curve, one in found]
        rows = self._named(pd.DataFrame(plain, columns=["curve", *names]))
        p_holm = np.full(len(rows), np.nan)
        for places in rows.groupby("dataset").indices.values():
            p_holm[places] = adjusted([found[place][1] for place in places])
        return rows.assign(p_holm=p_holm)

    def effects(self, metric: str | None = None, budget: int | None = None) -> pd.DataFrame:
        """What each component changes against its axis's baseline (`reports.axis_effects`)."""
        return axis_effects.effects(self.measures(metric), overlaps(self.tables), budget)

    def headline(
        self, dataset: str, metric: str | None = None, budget: int | None = None
    ) -> Headline | None:
        """The winner, scored where it was not chosen (`reports.headline`)."""
        of = overlaps(self.tables).get(dataset)
        return headline(self.measures(metric), dataset, of, budget)

    def across(
        self,
        by: tuple[str, ...] = AXES[1:],
        metric: str | None = None,
        budget: int | None = None,
        equivalent: float = EQUIVALENT,
    ) -> Across:
        """Methods over datasets, and the tests (`reports.ranks.across`)."""
        return across(self.measures(metric), by, budget, equivalent)

    @cached_property
    def discovery(self) -> pd.DataFrame:
        """Labels until the first, fifth and tenth row of each class, per repeat."""
        rounds = self.stored("rounds", discovery.COLUMNS)
        return discovery.discovery(rounds, self.tables.datasets)

    @cached_property
    def discovered(self) -> pd.DataFrame:
        """What `discovery` comes to over repeats."""
        return discovery.discovered(self.discovery)

    def stopping(self, metric: str | None = None) -> pd.DataFrame:
        """Where stopping rules would have ended each acquisition, and at what score.

        Columns of `reports.stopping.stops` and `judged`, and to_target: the labels at which the
        default hyperparameters, wherever they were tested, first reach the target (inf: never).
        """
        measures = self.measures(metric)
        found = stopping.judged(self._stops, measures.points, measures.metric)
        goals = self.grid.curves["dataset"].map({n: t.value for n, t in measures.targets.items()})
        reached = by_repeat(measures.points, measures.metric, goals.astype(float))["labels"]
        at = pd.MultiIndex.from_frame(found[["curve", "repeat"]].assign(series="default"))
        found["to_target"] = reached.reindex(at.reorder_levels([0, 2, 1])).to_numpy()
        return found.drop(columns="curve")

    @cached_property
    def _stops(self) -> pd.DataFrame:
        rounds = self.stored("rounds", stopping.COLUMNS)
        found = stopping.stops(rounds, self.tables.datasets)
        return found.assign(curve=self.grid.number(found))

    @cached_property
    def recalls(self) -> pd.DataFrame:
        """Recall of each class along the curves: series, n_labels, repeat, class, recall."""
        parts = [
            recall.recalls(tested, matrices, self.tables.datasets)
            for tested, matrices in self._matrices
        ]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def confusions(self) -> dict[str, Confusions]:
        """By dataset the confusion matrices of the tuned models, summed over repeats."""
        tested, matrices = self._matrices[0]
        tested = tested.assign(curve=self.grid.number(tested))
        return confusions(tested, matrices, self.tables.datasets)

    @cached_property
    def _matrices(self) -> list[tuple[pd.DataFrame, pa.ChunkedArray]]:
        """Every tested model of a study and its confusion matrix: the tuned, then the defaults."""
        found = []
        # In one reading: a run that goes on has other rows by the next.
        stored = self.stored("trials", [*_WINNING, "confusion"])
        trials, matrices = frame(stored.drop_columns("confusion")), stored.column("confusion")
        for series, rows in (("tuned", winners(trials)), ("default", defaults(trials))):
            rows = rows[rows["status"] == "done"]  # noqa: PLW2901 - the same rows, fewer
            tested = rows.assign(series=series, n_labels=rows["budget"])[_TESTED]
            found.append((tested, matrices.take(pa.array(rows.index.to_numpy()))))
        return found

    @cached_property
    def seconds(self) -> pd.DataFrame:
        """Seconds to buy, tune and fit by n_labels, medians over repeats."""
        return self._named(seconds.seconds(self.tables, self.grid).reset_index())

    def measures(self, metric: str | None = None) -> Measures:
        """All that `metric` says of the run: what the frames above are made of."""
        name = self.metric(metric)
        if name not in self._cache:
            of = self.tables
            self._cache[name] = Measures.of(
                name, self.grid, self._scored, of.references, of.reference
            )
        return self._cache[name]

    def stored(self, table: str, columns: Sequence[str]) -> pa.Table:
        """Read `columns` of a table that `tables` lacks some of.

        A run that goes on has more rows by now: those that `tables` does not know are left out, so
        that no frame speaks of curves or repeats that the others have not heard of.
        """
        key = [*KEYS[table]]
        wanted = list(dict.fromkeys([*columns, *key]))
        parts = [opened(run).read(table, wanted) for run in self.tables.sweeps]
        found = merge.rows(parts, table)
        known: pd.DataFrame = getattr(self.tables, table)[key]
        if found.num_rows != len(known):
            now = pd.MultiIndex.from_frame(frame(found.select(key)))
            found = found.filter(pa.array(now.isin(pd.MultiIndex.from_frame(known))))
        return found.select(columns)

    def brought(self, metric: str | None = None) -> list[pd.DataFrame]:
        """The numbers that columns of a leaderboard bring with them."""
        name = self.metric(metric)
        if name not in self._brought:
            self._brought[name] = brought(self.measures(name))
        return self._brought[name]

    @cached_property
    def _brought(self) -> dict[str, list[pd.DataFrame]]:
        return {}

    @cached_property
    def _cache(self) -> dict[str, Measures]:
        return {}

    def metric(self, metric: str | None = None) -> str:
        """Return `metric`, or the one that chose the winners."""
        return known(metric) if metric is not None else self.tables.tuning_metric

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `rows` with the names of their curve in place of its number."""
        named = self.grid.curves.loc[rows["curve"].astype(int)].set_axis(rows.index)
        return pd.concat([named, rows.drop(columns="curve")], axis=1)


_WINNING = [*AXES, "repeat", "budget", "number", "study_id", "metric", "status"]
_WINNING += [f"val_{name}" for name in METRICS]


def load(*runs: Path | str) -> Frames:
    """Read run folders, finished or not.

    Raises `RunFolderError` where there is none, and as `reports.merge.merge` does.
    """
    return Frames(merge.merge([read(run) for run in dict.fromkeys(map(str, runs))]))
