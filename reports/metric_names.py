"""How metrics are called where people read them."""

from __future__ import annotations

from harness.errors import UnknownName
from harness.schema import METRICS

TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_precision": "macro precision",
    "macro_recall": "macro recall",
    "macro_f1": "macro-F1",
    "weighted_precision": "weighted precision",
    "weighted_recall": "weighted recall",
    "weighted_f1": "weighted F1",
    "mcc": "Matthews correlation",
    "log_loss": "log loss",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "specificity": "specificity",
}


def known(metric: str) -> str:
    """Return `metric`. Raises `UnknownName` unless there is such a one."""
    if metric not in METRICS:
        raise UnknownName(f"no metric {metric}; there are {', '.join(METRICS)}")
    return metric
