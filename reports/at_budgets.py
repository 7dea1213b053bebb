"""The winner at each budget, and how many labels chance needs to do as well."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.of_run import BASELINE, baselines
from reports.headline import Headline, headline
from reports.leaderboard import DIGITS
from reports.measures import Measures


@dataclass(frozen=True)
class AtBudget:
    """Who wins at one budget of one dataset, and what chance does in the same pipelines.

    Chance is that in the pipeline of each repeat's held-out winner, on that repeat: the score that
    `found.against_chance` is a difference to.
    """

    budget: int
    found: Headline  # by score at this budget
    is_chance_run: bool  # in all these pipelines
    chance: float  # its mean score; NaN: it lacks one of the repeats, or all
    chance_needs: int | None  # first budget at which its mean is as good; None: none measured
    chance_before: int  # the budget before that, at which its mean is not as good; 0: none
    chance_until: int  # the largest budget that it has all repeats at; 0: none
    rival: AtBudget | None = None  # where chance wins: the best that does not buy by chance


def at_budgets(measures: Measures, dataset: str, overlap: float | None) -> list[AtBudget]:
    """Return the winner at each budget of `dataset` that any curve has all repeats at.

    The score that chance has to reach is the winner's held-out one, where there is more than one
    repeat (`reports.headline`): the score that chose a winner flatters it. Means over repeats are
    compared at measured budgets, nothing is interpolated.
    """
    points = measures.at_budgets
    is_mine = points["curve"].isin(measures.grid.of_dataset(dataset))
    tuned = points[is_mine & (points["series"] == "tuned")]
    wide = tuned.pivot_table(index=["curve", "repeat"], columns="n_labels", values="value")
    found = []
    for budget in measures.grid.budgets[dataset]:
        best = headline(measures, dataset, overlap, budget)
        if best is None:
            continue
        other = None
        if is_chance(measures, best.winner):
            other = headline(measures, dataset, overlap, budget, but_chance=True)
        rival = _with_chance(measures, other, budget, wide) if other else None
        found.append(replace(_with_chance(measures, best, budget, wide), rival=rival))
    return found


def _with_chance(measures: Measures, best: Headline, budget: int, wide: pd.DataFrame) -> AtBudget:
    """Say what chance does where `best` wins; `wide` has scores by (curve, repeat) and labels."""
    chance = baselines(measures.grid)
    sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
    repeats = map(int, wide.index.get_level_values("repeat").unique())
    picks = best.picks or dict.fromkeys(repeats, best.winner)
    theirs = [(int(chance[curve]), repeat) for repeat, curve in picks.items()]
    means = wide.reindex(pd.MultiIndex.from_tuples(theirs)).mean(skipna=False).dropna()
    goal = best.held_out if best.n_repeats > 1 else best.naive
    as_good = means.index[(sign * (means - goal)).round(DIGITS) >= 0]
    needs = int(as_good.min()) if len(as_good) else None
    short = means.index[means.index < needs] if needs is not None else means.index[:0]
    return AtBudget(
        budget,
        best,
        all(curve >= 0 for curve, _ in theirs),
        float(means.get(budget, math.nan)),
        needs,
        int(short.max()) if len(short) else 0,
        int(means.index.max()) if len(means) else 0,
    )


def is_chance(measures: Measures, curve: int) -> bool:
    """Whether `curve` buys by chance itself."""
    return bool(measures.grid.curves.loc[curve, "strategy"] == BASELINE)
