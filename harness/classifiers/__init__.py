"""Classifiers by name: factories `(seed, threads, *, parameters...) -> Classifier`."""

from __future__ import annotations

from collections.abc import Callable

from harness.classifiers.classifier import Classifier
from harness.classifiers.decision_tree import decision_tree
from harness.classifiers.knn import knn
from harness.classifiers.logistic_regression import logistic_regression
from harness.classifiers.naive_bayes import naive_bayes
from harness.classifiers.random_forest import random_forest
from harness.classifiers.svc import svc
from harness.classifiers.xgboost import xgboost

__all__ = ["CLASSIFIERS", "Classifier"]

CLASSIFIERS: dict[str, Callable[..., Classifier]] = {
    "decision_tree": decision_tree,
    "knn": knn,
    "logistic_regression": logistic_regression,
    "naive_bayes": naive_bayes,
    "random_forest": random_forest,
    "svc": svc,
    "xgboost": xgboost,
}
