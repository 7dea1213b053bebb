"""The winner at each budget, and how many labels chance needs to do as well."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.schema import LOWER_IS_BETTER
from reports.efficiency.of_run import BASELINE, baselines
from reports.headline import Headline, headline
from reports.leaderboard import DIGITS
from reports.measures import Measures


@dataclass(frozen=True)
class AtBudget:
    """Who wins at one budget of one dataset, and what chance does in the same pipeline."""

    budget: int
    found: Headline  # by score at this budget
    chance: float  # mean score of chance where each held-out winner stands; NaN: it was not run
    chance_needs: int | None  # first budget at which its mean is as good; None: none measured
    chance_until: int  # the largest budget that chance was measured at; 0: it was not


def at_budgets(measures: Measures, dataset: str, overlap: float | None) -> list[AtBudget]:
    """Return the winner at each budget of `dataset` that any curve has all repeats at.

    The score that chance has to reach is the winner's held-out one, where there is more than one
    repeat (`reports.headline`): the score that chose a winner flatters it. Means over repeats are
    compared at measured budgets, nothing is interpolated.
    """
    chance, means = baselines(measures.grid), measures.of_cells
    sign = -1.0 if measures.metric in LOWER_IS_BETTER else 1.0
    n_repeats = measures.grid.repeats[dataset]
    found = []
    for budget in measures.grid.budgets[dataset]:
        best = headline(measures, dataset, overlap, budget)
        if best is None:
            continue
        goal = best.held_out if best.n_repeats > 1 else best.naive
        theirs = means.iloc[:0]
        if chance[best.winner] >= 0:
            of = means.index.get_level_values("curve") == chance[best.winner]
            theirs = means[of & (means["tuned_n_repeats"] == n_repeats)].droplevel("curve")
        as_good = theirs.index[sign * (theirs["tuned"] - goal).round(DIGITS) >= 0]
        found.append(
            AtBudget(
                budget,
                best,
                _chance(best, sign, float(theirs["tuned"].get(budget, math.nan))),
                int(as_good.min()) if len(as_good) else None,
                int(theirs.index.max()) if len(theirs) else 0,
            )
        )
    return found


def _chance(best: Headline, sign: float, in_its_place: float) -> float:
    """Return the score of chance that `against_chance` is a difference to.

    With one repeat nothing can be held out: then it is that in the winner's own pipeline.
    """
    apart = best.against_chance
    if best.n_repeats == 1:
        return in_its_place
    return best.held_out - sign * apart.mean if apart is not None and apart.n else math.nan


def is_chance(measures: Measures, curve: int) -> bool:
    """Whether `curve` buys by chance itself."""
    return bool(measures.grid.curves.loc[curve, "strategy"] == BASELINE)
