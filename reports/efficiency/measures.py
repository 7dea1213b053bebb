"""Every measure of one curve on one repeat: a function, and a line in `MEASURES`.

Formulas and sources stand in docs/metrics.md under the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.efficiency.crossing import interpolated_at, labels_at

Numbers = npt.NDArray[np.float64]
LEVELS = 25  # heights at which two curves are compared
STEADY = 1e-9  # an area that is only rounding


@dataclass(frozen=True)
class Curves:
    """Curves of one dataset, a row for each curve, series and repeat; more is always better."""

    labels: Numbers  # (k,) budgets, ascending
    scores: Numbers  # (n, k); of log loss: its negative
    random: Numbers  # (n, k) the same pipeline, series and repeat where chance chooses; NaN: none
    ceiling: Numbers  # (n,) that pipeline with all labels of the pool, same repeat; NaN: none
    target: float  # of the dataset; NaN: none


def area(curves: Curves) -> Numbers:
    """The mean height over the labels between the first and the last budget."""
    return _mean_height(curves.labels, curves.scores)


def area_log(curves: Curves) -> Numbers:
    """The mean height over the logarithm of the labels: the first labels count more."""
    return _mean_height(np.log(curves.labels), curves.scores)


def ramp_up(curves: Curves) -> Numbers:
    """The mean height over the first third of the labels."""
    return _part(curves, 0)


def plateau(curves: Curves) -> Numbers:
    """The mean height over the second third of the labels."""
    return _part(curves, 1)


def final(curves: Curves) -> Numbers:
    """The mean height over the last third of the labels."""
    return _part(curves, 2)


def labels_to_target(curves: Curves) -> Numbers:
    """The first budget at or above the dataset's target; inf: never."""
    goals = np.full((len(curves.scores), 1), curves.target)
    return labels_at(curves.labels, curves.scores, goals)[:, 0]


def labels_restricted(curves: Curves) -> Numbers:
    """`labels_to_target`, a repeat that never gets there counting as the largest budget."""
    restricted: Numbers = np.minimum(labels_to_target(curves), curves.labels[-1])
    return restricted


def labels_to_own_ceiling(curves: Curves) -> Numbers:
    """The first budget at 95 % of the own pipeline's score with all labels.

    It compares strategies with each other and nothing else: a poor classifier gets there at once.
    """
    ceiling = curves.ceiling[:, None]
    goals = np.where(ceiling > 0, 0.95 * ceiling, ceiling / 0.95)  # log loss is negative here
    return labels_at(curves.labels, curves.scores, goals)[:, 0]


def labels_saved(curves: Curves) -> Numbers:
    """Labels that are saved until the target, against chance on the same repeat."""
    by_chance = Curves(curves.labels, curves.random, curves.random, curves.ceiling, curves.target)
    return labels_restricted(by_chance) - labels_restricted(curves)


def deficiency(curves: Curves) -> Numbers:
    """Area between curve and ceiling, over the same of chance; below 1 is better than chance."""
    return _deficiency(curves, curves.ceiling)


def deficiency_2004(curves: Curves) -> Numbers:
    """`deficiency` with the last score of chance as the ceiling (Baram, El-Yaniv and Luz 2004)."""
    return _deficiency(curves, curves.random[:, -1])


def data_utilisation(curves: Curves) -> Numbers:
    """Labels for the last score of chance, over those that chance needs for it; inf: never."""
    goals = curves.random[:, -1:]
    own = labels_at(curves.labels, curves.scores, goals)
    return (own / labels_at(curves.labels, curves.random, goals))[:, 0]


def speed_up(curves: Curves) -> Numbers:
    """How many times as many labels chance needs, on average over the scores that both reach."""
    best, by_chance = (np.maximum.accumulate(s, axis=1) for s in (curves.scores, curves.random))
    low = np.maximum(best[:, 0], by_chance[:, 0])[:, None]
    high = np.minimum(best[:, -1], by_chance[:, -1])[:, None]
    goals = low + (high - low) * np.linspace(0, 1, LEVELS)
    goals = np.minimum(goals, high)  # rounding must not put the last one out of reach
    own = interpolated_at(curves.labels, curves.scores, goals)
    theirs = interpolated_at(curves.labels, curves.random, goals)
    factor: Numbers = np.exp(np.log(theirs / own).mean(axis=1))
    return np.where((high >= low)[:, 0], factor, np.nan)


@dataclass(frozen=True)
class Measure:
    """One measure: its function, and what its numbers are."""

    of: Callable[[Curves], Numbers]  # (n,), NaN where it is not defined
    unit: str  # "score" is the metric's own, whose sign is turned back for log loss
    more_is_better: bool = True
    is_censored: bool = False  # inf: not within the budgets


MEASURES: dict[str, Measure] = {
    "aubc": Measure(area, "score"),
    "aubc_log": Measure(area_log, "score"),
    "ramp_up": Measure(ramp_up, "score"),
    "plateau": Measure(plateau, "score"),
    "final": Measure(final, "score"),
    "labels_to_target": Measure(labels_to_target, "labels", more_is_better=False, is_censored=True),
    "labels_restricted": Measure(labels_restricted, "labels", more_is_better=False),
    "labels_to_own_ceiling": Measure(
        labels_to_own_ceiling, "labels", more_is_better=False, is_censored=True
    ),
    "labels_saved": Measure(labels_saved, "labels"),
    "deficiency": Measure(deficiency, "ratio", more_is_better=False),
    "deficiency_2004": Measure(deficiency_2004, "ratio", more_is_better=False),
    "data_utilisation": Measure(data_utilisation, "ratio", more_is_better=False, is_censored=True),
    "speed_up": Measure(speed_up, "ratio"),
}


def _mean_height(x: Numbers, scores: Numbers) -> Numbers:
    if len(x) <= 1:
        return np.full(len(scores), np.nan)
    height: Numbers = np.trapezoid(scores, x, axis=1) / (x[-1] - x[0])
    return height


def _part(curves: Curves, third: int) -> Numbers:
    """The mean height over one third of the span of the labels, on straight lines."""
    x = curves.labels
    if len(x) <= 1:
        return np.full(len(curves.scores), np.nan)
    start, stop = x[0] + (x[-1] - x[0]) * np.array([third, third + 1]) / 3
    inner = x[(x > start) & (x < stop)]
    at = np.concatenate([[start], inner, [stop]])
    after = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    share = (at - x[after - 1]) / (x[after] - x[after - 1])
    heights = curves.scores[:, after - 1] * (1 - share) + curves.scores[:, after] * share
    return _mean_height(at, heights)


def _deficiency(curves: Curves, ceiling: Numbers) -> Numbers:
    own = ceiling - _mean_height(curves.labels, curves.scores)
    theirs = ceiling - _mean_height(curves.labels, curves.random)
    # Where chance is at the ceiling on average nothing was left to be gained.
    return np.where(theirs > STEADY, own / theirs, np.nan)
