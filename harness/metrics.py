"""Test and validation scores, all of one trial at once.

Labels are judged by their confusion matrix, probabilities by sorting each class's column once;
nothing is called per metric, so that scoring stays cheap beside fitting.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Mask, Probabilities, Rows, Scores
from harness.schema import METRICS


class Ranked:
    """Probabilities of distinct rows, put in order once for all parts that are judged."""

    def __init__(self, probabilities: Probabilities) -> None:
        """`probabilities` are (n_distinct, n_classes), and finite where the order is asked for."""
        self.probabilities = probabilities

    @cached_property
    def by_class(self) -> list[tuple[Rows, Rows]]:
        """For each class the rows by ascending probability, and where each next one begins.

        With two classes, for class 1 alone.
        """
        is_binary = self.probabilities.shape[1] == 2  # noqa: PLR2004
        judged = self.probabilities[:, 1:] if is_binary else self.probabilities
        found = []
        for scores in np.ascontiguousarray(judged.T):
            order = np.argsort(scores)  # which of those that score alike is first is all the same
            ranked = scores[order]
            found.append((order, np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])))
        return found


def score(
    y: Classes,
    predicted: Classes,
    probabilities: Probabilities | Ranked | None,
    n_classes: int,
    of: Rows | None = None,
) -> dict[str, float | None]:
    """Every metric of `schema.METRICS`; `y` and `predicted` (n,), `probabilities` (n, n_classes).

    Where many rows are alike, `predicted` and `probabilities` may be of distinct rows, and `of`,
    (n,), says which of them each row of `y` is: the same bits for less. Whoever judges several
    parts of the rows gives the same `Ranked` for each.

    Averages run over the classes present in `y`; a class that is only predicted lowers the others'
    precision and has no term of its own. Per class c, with true and false positives and negatives
    tp, fp, fn, tn:

    * accuracy: sum of tp / n
    * macro_recall = balanced_accuracy: mean of tp / (tp + fn)
    * macro_precision: mean of tp / (tp + fp), 0 for a class never predicted
    * macro_f1: mean of 2 tp / (2 tp + fp + fn) (not the F1 of the means)
    * weighted_*: the same, weighted by tp + fn; weighted_recall equals accuracy
    * specificity: mean of tn / (tn + fp); null if `y` holds one class only
    * mcc: Gorodkin, "Comparing two K-category assignments by a K-category correlation
      coefficient", 2004, eq. 8; 0 where `y` or `predicted` is constant
    * log_loss: mean of -ln of the true class's probability, clipped to [eps, 1 - eps] with eps =
      2.2e-16 (float64) as scikit-learn does, so that one certain mistake costs 36 nats at most
    * roc_auc: chance that a row of c scores above another row, ties one half (Hanley and McNeil
      1982); mean over all classes, each against the rest
    * pr_auc: average precision, the sum of (R_i - R_(i-1)) P_i over the distinct scores, without
      interpolation (scikit-learn's definition); mean over all classes, each against the rest

    With two classes roc_auc and pr_auc are those of class 1. Both are null where a class is absent
    from `y`. The last three are null without probabilities, and where one is not finite. All are
    null if `y` is empty, or a row has NaN among its probabilities: nothing was predicted there.
    """
    ranked = Ranked(probabilities) if isinstance(probabilities, np.ndarray) else probabilities
    if not len(y) or (ranked and not has_answer(ranked.probabilities, of)):
        return dict.fromkeys(METRICS)
    values = _of_labels(confusion(y, predicted if of is None else predicted[of], n_classes))
    if ranked and _all_of(np.isfinite, ranked.probabilities, of):
        values |= _log_loss(y, ranked.probabilities, of)
        if n_classes > 1 and np.bincount(y, minlength=n_classes).all():
            values |= _mean_areas(y, ranked, of)
    return {name: values.get(name) for name in METRICS}


def has_answer(probabilities: Probabilities | None, of: Rows | None = None) -> bool:
    """Whether a model said something of each of these rows: NaN where its fit went wrong.

    The likeliest of classes whose probabilities are NaN would be the first one, and might score.
    `of` as `score` takes it.
    """
    return probabilities is None or _all_of(_is_number, probabilities, of)


def _is_number(values: Probabilities) -> Mask:
    return ~np.isnan(values)


def _all_of(
    holds: Callable[[Probabilities], Mask], probabilities: Probabilities, of: Rows | None
) -> bool:
    """Whether it holds for the probabilities of each row: mostly for all that there are."""
    return bool(holds(probabilities).all() or (of is not None and holds(probabilities[of]).all()))


def confusion(y: Classes, predicted: Classes, n_classes: int) -> npt.NDArray[np.int64]:
    """Rows by [true class][predicted class], (n_classes, n_classes).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    cells = np.bincount(y * n_classes + predicted, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes).astype(np.int64)


def _of_labels(matrix: npt.NDArray[np.int64]) -> dict[str, float | None]:
    counts = matrix.astype(np.float64)  # whole numbers, exact to 2**53
    n, true, predicted, hits = counts.sum(), counts.sum(1), counts.sum(0), counts.diagonal()
    present = true > 0
    weights = true[present] / n
    precision = (hits / np.maximum(predicted, 1))[present]
    recall = hits[present] / true[present]
    f1 = 2 * hits[present] / (true + predicted)[present]
    values: dict[str, float | None] = {
        "accuracy": float(hits.sum() / n),
        "balanced_accuracy": float(recall.mean()),
        "macro_precision": float(precision.mean()),
        "macro_recall": float(recall.mean()),
        "macro_f1": float(f1.mean()),
        "weighted_precision": float((weights * precision).sum()),
        "weighted_recall": float(hits.sum() / n),
        "weighted_f1": float((weights * f1).sum()),
        "mcc": _mcc(n, true, predicted, hits.sum()),
    }
    negatives = (n - true)[present]
    if negatives.all():
        false_positives = (predicted - hits)[present]
        values["specificity"] = float((1 - false_positives / negatives).mean())
    return values


def _mcc(n: float, true: Scores, predicted: Scores, hits: float) -> float:
    spread = (n**2 - true @ true) * (n**2 - predicted @ predicted)
    return float((hits * n - true @ predicted) / np.sqrt(spread)) if spread else 0.0


def _log_loss(y: Classes, probabilities: Probabilities, of: Rows | None) -> dict[str, float | None]:
    eps = np.finfo(np.float64).eps

    def lost(own: Probabilities) -> Probabilities:
        return -np.log(np.clip(own.astype(np.float64), eps, 1 - eps))

    if of is None:
        losses = lost(probabilities[np.arange(len(y)), y])
    elif probabilities.size < len(y):  # fewer logarithms, of the same numbers
        losses = lost(probabilities)[of, y]
    else:
        losses = lost(probabilities[of, y])
    return {"log_loss": float(losses.mean())}


def _mean_areas(y: Classes, ranked: Ranked, of: Rows | None) -> dict[str, float | None]:
    probabilities = ranked.probabilities
    n_distinct, n_classes = probabilities.shape
    judged = range(1, 2) if n_classes == 2 else range(n_classes)  # noqa: PLR2004
    if of is None:
        areas = [_areas(np.ascontiguousarray(probabilities[:, c]), y == c) for c in judged]
    else:
        n_own = np.bincount(y * n_distinct + of, minlength=n_classes * n_distinct)
        n_own = n_own.reshape(n_classes, n_distinct)
        n_alike = n_own.sum(axis=0)
        areas = [
            _areas_of_alike(*place, n_alike, n_own[c])
            for place, c in zip(ranked.by_class, judged, strict=True)
        ]
    roc, pr = np.mean(areas, axis=0)
    return {"roc_auc": float(roc), "pr_auc": float(pr)}


def _areas(scores: Scores, is_own: Mask) -> tuple[float, float]:
    """ROC-AUC and average precision of `scores` (n,) for the rows `is_own` (n,).

    Both are means over the own rows of a count at that row's score, which two sorts give.
    """
    everyone, own = np.sort(scores), np.sort(scores[is_own])
    n, n_own = len(everyone), len(own)
    lower, not_higher = (np.searchsorted(everyone, own, side) for side in ("left", "right"))
    own_lower, own_not_higher = (np.searchsorted(own, own, side) for side in ("left", "right"))
    beaten = (lower - own_lower + not_higher - own_not_higher) / 2  # other rows; ties one half
    precision = (n_own - own_lower) / (n - lower)
    return float(beaten.mean() / (n - n_own)), float(precision.mean())


def _areas_of_alike(order: Rows, first: Rows, n_alike: Rows, n_own: Rows) -> tuple[float, float]:
    """`_areas` where many rows are alike: distinct ones, as `Ranked.by_class` has them.

    Each is that of `n_alike` rows, or of none, of which `n_own` are of the class. Both areas are
    means over the own rows of a count at that row's score.
    """
    alike, own = np.add.reduceat(n_alike[order], first), np.add.reduceat(n_own[order], first)
    not_higher, own_not_higher = np.cumsum(alike), np.cumsum(own)
    n, n_of_class = not_higher[-1], own_not_higher[-1]
    at = np.flatnonzero(own)  # the scores of own rows
    own = own[at]
    not_higher, own_not_higher = not_higher[at], own_not_higher[at]
    lower, own_lower = not_higher - alike[at], own_not_higher - own
    beaten = (lower - own_lower + not_higher - own_not_higher) / 2  # other rows; ties one half
    precision = (n_of_class - own_lower) / (n - lower)
    mean_beaten, mean_precision = (np.repeat(each, own).mean() for each in (beaten, precision))
    return float(mean_beaten / (n - n_of_class)), float(mean_precision)
