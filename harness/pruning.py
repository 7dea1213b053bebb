"""Trials that their first folds show to be hopeless: whether to leave a trial there.

A decision is a function of the study's earlier trials, as they are stored, and of the trial's own
folds so far: the same in any segmentation, and after any kill. Trial 0 is never left.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Rule = Literal["median", "wilcoxon"]
Scores = Sequence[float]  # of the folds in their order, by the metric that decides

SETTINGS: dict[Rule, dict[str, Any]] = {  # in the id of every study that prunes
    "median": {"least_folds": 2, "least_trials": 5},
    "wilcoxon": {"least_folds": 2, "p": 0.1},
}
LEAST_FOLDS: dict[Rule, int] = {
    "median": 2,
    "wilcoxon": 4,
}  # of a study; with fewer it never prunes


@dataclass(frozen=True, slots=True)
class Earlier:
    """The folds of a trial before."""

    number: int
    scores: Scores  # all of them, or those until it was left
    is_whole: bool


def hopeless(
    rule: Rule, scores: Scores, earlier: Sequence[Earlier], *, lower_is_better: bool
) -> str | None:
    """Why the trial with these `scores` so far is left; None: it goes on.

    * `median`: its mean so far is worse than the median of the means that the trials before it
      had after as many folds, of five such trials at least (Golovin et al., "Google Vizier",
      KDD 2017, section 3.2.2).
    * `wilcoxon`: it is worse than the best whole trial on the same folds by a one-sided signed-rank
      test at 0.1, zeros split between the signs, and in the mean (Wilcoxon 1945; the rule of
      Optuna's WilcoxonPruner). So it takes four folds, all of them worse.

    A score that is not finite decides nothing.
    """
    n = len(scores)
    sign = -1.0 if lower_is_better else 1.0
    own = [sign * score for score in scores]
    if n < SETTINGS[rule]["least_folds"] or not _are_finite(own):
        return None
    before = [
        Earlier(trial.number, [sign * score for score in trial.scores], trial.is_whole)
        for trial in earlier
        if len(trial.scores) >= n and _are_finite(trial.scores)
    ]
    return (_by_median if rule == "median" else _by_wilcoxon)(own, before)


def _by_median(own: Scores, before: Sequence[Earlier]) -> str | None:
    n = len(own)
    if len(before) < SETTINGS["median"]["least_trials"]:
        return None
    median = statistics.median(statistics.fmean(trial.scores[:n]) for trial in before)
    if statistics.fmean(own) >= median:
        return None
    return f"below the median of the {len(before)} trials before it after {n} folds"


def _by_wilcoxon(own: Scores, before: Sequence[Earlier]) -> str | None:
    whole = [trial for trial in before if trial.is_whole]
    if not whole:
        return None
    best = max(whole, key=lambda trial: (statistics.fmean(trial.scores), -trial.number))
    n = len(own)
    p = signed_rank_p([a - b for a, b in zip(own, best.scores[:n], strict=True)])
    if p >= SETTINGS["wilcoxon"]["p"] or statistics.fmean(own) >= statistics.fmean(best.scores):
        return None
    return f"worse than trial {best.number} on {n} folds (p = {p:.3g})"


def signed_rank_p(differences: Scores) -> float:
    """The chance of a rank sum of the positive `differences` as small as this one, if signs are.

    Exact, by counting all signs, ties and zeros too: a zero's rank counts half on either side.

    >>> signed_rank_p([-1, -2, -3, -4])
    0.0625
    """
    size = [abs(d) for d in differences]
    rank = [
        sum(other < own for other in size) + (sum(other == own for other in size) + 1) / 2
        for own in size
    ]
    observed = sum(r if d > 0 else r / 2 for r, d in zip(rank, differences, strict=True) if d >= 0)
    signed = [r for r, d in zip(rank, differences, strict=True) if d]
    fixed = sum(r / 2 for r, d in zip(rank, differences, strict=True) if not d)
    sums = {fixed: 1}
    for r in signed:
        more: dict[float, int] = dict(sums)
        for total, count in sums.items():
            more[total + r] = more.get(total + r, 0) + count
        sums = more
    few = sum(count for total, count in sums.items() if total <= observed)
    return float(few / 2 ** len(signed))


def _are_finite(scores: Scores) -> bool:
    return all(math.isfinite(score) for score in scores)
