"""Test and validation scores, all of one trial at once.

Labels are judged by their confusion matrix, probabilities by sorting each class's column once;
nothing is called per metric, so that scoring stays cheap beside fitting.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Mask, Probabilities, Rows, Scores
from harness.schema import METRICS


def score(
    y: Classes,
    predicted: Classes,
    probabilities: Probabilities | None,
    n_classes: int,
    of: Rows | None = None,
) -> dict[str, float | None]:
    """Every metric of `schema.METRICS`; `y` and `predicted` (n,), `probabilities` (n, n_classes).

    Where many rows are alike, `predicted` and `probabilities` may be of distinct rows, and `of`,
    (n,), says which of them each row of `y` is: the same bits for less.

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
    answers = probabilities[of] if probabilities is not None and of is not None else probabilities
    if not len(y) or not has_answer(answers):
        return dict.fromkeys(METRICS)
    values = _of_labels(confusion(y, predicted if of is None else predicted[of], n_classes))
    if probabilities is not None and answers is not None and np.isfinite(answers).all():
        values |= _of_probabilities(y, probabilities, n_classes, of)
    return {name: values.get(name) for name in METRICS}


def has_answer(probabilities: Probabilities | None) -> bool:
    """Whether a model said something of each of these rows: NaN where its fit went wrong.

    The likeliest of classes whose probabilities are NaN would be the first one, and might score.
    """
    return probabilities is None or not np.isnan(probabilities).any()


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


def _of_probabilities(
    y: Classes, probabilities: Probabilities, n_classes: int, of: Rows | None
) -> dict[str, float | None]:
    own = probabilities[np.arange(len(y)) if of is None else of, y].astype(np.float64)
    eps = np.finfo(np.float64).eps
    values: dict[str, float | None] = {
        "log_loss": float(-np.log(np.clip(own, eps, 1 - eps)).mean())
    }
    if n_classes > 1 and np.bincount(y, minlength=n_classes).all():
        judged = range(1, 2) if n_classes == 2 else range(n_classes)  # noqa: PLR2004
        if of is None:
            areas = [_areas(np.ascontiguousarray(probabilities[:, c]), y == c) for c in judged]
        else:
            counts = np.bincount(of * n_classes + y, minlength=len(probabilities) * n_classes)
            counts = counts.reshape(len(probabilities), n_classes)
            n_alike = counts.sum(axis=1)
            there = np.flatnonzero(n_alike)
            areas = [
                _areas_of_alike(probabilities[there, c], n_alike[there], counts[there, c])
                for c in judged
            ]
        roc, pr = np.mean(areas, axis=0)
        values |= {"roc_auc": float(roc), "pr_auc": float(pr)}
    return values


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


def _areas_of_alike(scores: Scores, n_alike: Rows, n_own: Rows) -> tuple[float, float]:
    """`_areas` where many rows are alike: `scores`, (n_distinct,), of one class.

    Each is that of `n_alike` rows, one at least, of which `n_own` are of the class. Both areas are
    means over the own rows of a count at that row's score.
    """
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    first = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])  # of those that score alike
    alike, own = np.add.reduceat(n_alike[order], first), np.add.reduceat(n_own[order], first)
    not_higher, own_not_higher = np.cumsum(alike), np.cumsum(own)
    n, n_of_class = not_higher[-1], own_not_higher[-1]
    lower, own_lower = not_higher - alike, own_not_higher - own
    beaten = (lower - own_lower + not_higher - own_not_higher) / 2  # other rows; ties one half
    precision = (n_of_class - own_lower) / (n - lower)
    each = np.repeat(np.arange(len(own)), own)  # the own rows, by score
    return float(beaten[each].mean() / (n - n_of_class)), float(precision[each].mean())
