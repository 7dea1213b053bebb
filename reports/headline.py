"""The winner, not scored on what it was chosen by: chosen without one repeat, scored on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.of_run import baselines
from reports.interval import ENOUGH, half_width
from reports.leaderboard import DIGITS
from reports.measures import Measures
from reports.ranks.best_set import best_set
from reports.ranks.paired import Paired, paired

Numbers = npt.NDArray[np.float64]
Rule = list[tuple[Numbers, Callable[..., Numbers]]]  # (curves, repeats), smaller is better; mean


@dataclass(frozen=True)
class Headline:
    """The winner on one dataset, and how sure that is. Scores are in the metric's unit."""

    metric: str
    winner: int  # the curve that comes first over all repeats
    n_repeats: int
    picks: dict[int, int]  # repeat -> the curve that came first without it; one repeat: none
    held_out: float  # mean score of the chosen ones, each on the repeat that it was not chosen by
    half: float  # of its 95 % Student-t interval over repeats; NaN below five
    naive: float  # the winner's mean score over the repeats that chose it: too good, on average
    alike: tuple[int, ...]  # curves that cannot be told from the best, by score; the winner's first
    why_alike: str  # there is no such set; "" where there is one
    by: str  # what `alike` compares: area, or score
    against_chance: Paired | None  # held-out score minus that of chance; None: no such strategy
    labels_saved: Paired | None  # labels to the target: chance minus held-out winner
    left_out: int  # contestants without all repeats, which could not win

    @property
    def chosen(self) -> dict[int, int]:
        """Curve -> repeats without which it came first."""
        return dict(Counter(self.picks.values()))


def headline(
    measures: Measures,
    dataset: str,
    overlap: float | None,
    budget: int | None = None,
    *,
    but_chance: bool = False,
) -> Headline | None:
    """Return the headline of `dataset` at `budget`, or over all its budgets.

    The winner is what `reports.leaderboard` puts first: at a budget by mean tuned score, else by
    labels to the target, area and score at the largest budget. Nested leave-one-repeat-out (the
    bias it removes: Cawley and Talbot 2010, JMLR 11): for each repeat the winner over the others
    is chosen, and scored on that repeat. Labels that are never reached count as the largest
    budget in `labels_saved`. `overlap` is that of `reports.ranks.paired`. Only curves with all
    repeats compete, none whose strategy sees hidden labels, and with `but_chance` none that buys
    by chance. None: there is none.
    """
    grid, budgets = measures.grid, measures.grid.budgets[dataset]
    sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
    tables = _tables(measures, dataset, budget)
    complete = tables["score"].notna().all(axis=1)
    if budget is None and len(budgets) > 1:
        complete &= tables["area"].notna().all(axis=1)
    chance = baselines(grid)
    curves = grid.contestants_on(dataset)
    if but_chance:
        curves = curves[chance[curves] != curves]
    complete &= complete.index.isin(curves)
    known = {name: table[complete] for name, table in tables.items()}
    index, n = known["score"].index, known["score"].shape[1]
    if not len(index) or not n:
        return None
    rules = _rules(known, sign, budget)
    winner = int(index[_first(rules, np.ones(n, dtype=np.bool_))])
    keep = ~np.eye(n, dtype=np.bool_)
    chosen = [_first(rules, one) for one in keep] if n > 1 else []
    rule = "area" if budget is None and len(budgets) > 1 else "score"
    score = known[rule].to_numpy()
    held = np.array([score[curve, repeat] for repeat, curve in enumerate(chosen)])
    alike, why = _alike(sign * score, index, winner, overlap)
    own = [int(index[curve]) for curve in chosen]
    return Headline(
        measures.metric,
        winner,
        n,
        dict(zip(map(int, known["score"].columns), own, strict=False)),
        float(held.mean()) if n > 1 else float("nan"),
        float(half_width(held.std(ddof=1), n)) if n > 1 else float("nan"),
        float(score[index.get_loc(winner)].mean()),
        alike,
        why,
        rule,
        _against(sign * tables[rule], own, chance, overlap),
        _against(-_within(tables, rule, budgets[-1]), own, chance, overlap)
        if budget is None and dataset in measures.targets
        else None,
        len(curves) - len(index),
    )


def _tables(measures: Measures, dataset: str, budget: int | None) -> dict[str, pd.DataFrame]:
    """Return labels, area and score of the tuned series: a row per curve, a column per repeat."""
    grid = measures.grid
    points = measures.points
    mine = points[points["curve"].isin(grid.of_dataset(dataset)) & (points["series"] == "tuned")]
    at = grid.budgets[dataset][-1] if budget is None else budget
    score = mine[mine["n_labels"] == at].pivot_table(
        index="curve", columns="repeat", values="value"
    )
    begun = grid.cells.index.get_level_values("curve").unique()
    curves = begun[np.isin(begun, grid.of_dataset(dataset))]
    repeats = np.sort(mine["repeat"].unique())
    score = score.reindex(index=curves, columns=repeats)
    return {
        "score": score,
        "area": _wide(measures.area_by_repeat, "value", score),
        "labels": _wide(measures.labels_by_repeat, "labels", score),
    }


def _wide(long: pd.DataFrame, column: str, like: pd.DataFrame) -> pd.DataFrame:
    rows = long[long["series"] == "tuned"].pivot_table(
        index="curve", columns="repeat", values=column
    )
    return rows.reindex(index=like.index, columns=like.columns)


def _rules(known: dict[str, pd.DataFrame], sign: float, budget: int | None) -> Rule:
    """Return what curves are ranked by, the first rule first; one that has no values is none."""
    score = -sign * known["score"].to_numpy()
    if budget is not None:
        return [(score, np.mean)]
    labels, area = known["labels"].to_numpy(), -sign * known["area"].to_numpy()
    rules: Rule = [(labels, np.median), (area, np.mean), (score, np.mean)]
    return [(values, over) for values, over in rules if not np.isnan(values).all()]


def _first(rules: Rule, keep: npt.NDArray[np.bool_]) -> int:
    """Return the place that comes first over the repeats `keep`, as a leaderboard ranks."""
    # Sums of floats depend on their order; `reports.leaderboard` rounds alike.
    keys = [np.round(over(np.sort(values[:, keep]), axis=1), DIGITS) for values, over in rules]
    return int(np.lexsort(keys[::-1])[0])


def _within(tables: dict[str, pd.DataFrame], rule: str, most: int) -> pd.DataFrame:
    """Return labels, `most` at most; NaN where a repeat lacks scores: it is not imputed."""
    return tables["labels"].clip(upper=most).where(tables[rule].notna())


def _alike(
    scores: Numbers, index: pd.Index[int], winner: int, overlap: float | None
) -> tuple[tuple[int, ...], str]:
    n = scores.shape[1]
    if n < ENOUGH:
        return (), f"underpowered: N = {n}, needs {ENOUGH}"
    stays = best_set(scores.T, overlap or 0.0)
    if stays is None:
        return (), "scores are missing"
    order = np.argsort(-scores.mean(axis=1), kind="stable")
    found = [int(index[place]) for place in order if stays[place]]
    return (*[c for c in found if c == winner], *[c for c in found if c != winner]), ""


def _against(
    table: pd.DataFrame, own: list[int], chance: npt.NDArray[np.intp], overlap: float | None
) -> Paired | None:
    """Compare the held-out winners with chance in the same pipeline, repeat by repeat."""
    theirs = [int(chance[curve]) for curve in own]
    if not own or any(curve not in table.index for curve in theirs):
        return None
    repeats = list(table.columns)
    values = [
        np.array([table.loc[curve, repeat] for curve, repeat in zip(some, repeats, strict=True)])
        for some in (own, theirs)
    ]
    return paired(values[0].astype(float), values[1].astype(float), overlap)
