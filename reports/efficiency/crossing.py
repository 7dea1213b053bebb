"""Where curves reach a height: the labels that a score costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def labels_at(labels: Numbers, scores: Numbers, goals: Numbers) -> Numbers:
    """Return the first of `labels` (k,) at which each curve is measured at its goals or above.

    `scores` (n, k), more is better; `goals` (n, m). Returns (n, m); inf: never. Nothing is
    interpolated, later dips do not count. NaN for a NaN goal, and for a curve with a NaN score.

    >>> labels_at(np.array([100.0, 200.0]), np.array([[0.5, 0.7]]), np.array([[0.4, 0.6, 0.8]]))
    array([[100., 200.,  inf]])
    """
    places = _places(scores, goals)
    found = np.append(labels, np.inf)[places]
    return np.where(_unknown(scores, goals), np.nan, found)


def interpolated_at(labels: Numbers, scores: Numbers, goals: Numbers) -> Numbers:
    """Return as `labels_at`, on straight lines between the best scores so far.

    A goal below the first score has the first of `labels`: what lies before it was not measured.

    >>> interpolated_at(np.array([100.0, 200.0]), np.array([[0.5, 0.7]]), np.array([[0.6, 0.8]]))
    array([[150.,  inf]])
    """
    places = _places(scores, goals)
    best = np.maximum.accumulate(scores, axis=1)
    after = np.clip(places, 1, scores.shape[1] - 1)
    low = np.take_along_axis(best, after - 1, axis=1)
    high = np.take_along_axis(best, after, axis=1)
    rise = np.where(high > low, high - low, 1.0)
    between = labels[after - 1] + (labels[after] - labels[after - 1]) * (goals - low) / rise
    found = np.where(places == 0, labels[0], between)
    found = np.where(places == scores.shape[1], np.inf, found)
    return np.where(_unknown(scores, goals), np.nan, found)


def _places(scores: Numbers, goals: Numbers) -> npt.NDArray[np.intp]:
    """Return how many budgets go by before each goal is reached, (n, m); k: all of them."""
    best = np.maximum.accumulate(scores, axis=1)
    places: npt.NDArray[np.intp] = np.zeros(goals.shape, dtype=np.intp)
    for budget in best.T:  # few, while curves are many
        places += ~(budget[:, None] >= goals)
    return places


def _unknown(scores: Numbers, goals: Numbers) -> npt.NDArray[np.bool_]:
    return np.isnan(goals) | np.isnan(scores).any(axis=1, keepdims=True)
