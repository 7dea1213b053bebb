"""Classifiers by name: factories `(seed, threads, *, parameters...) -> Classifier`."""

from __future__ import annotations

from collections.abc import Callable

from harness.classifiers.bilstm import bilstm
from harness.classifiers.bilstm_attention import bilstm_attention
from harness.classifiers.classifier import Classifier
from harness.classifiers.cnn import cnn
from harness.classifiers.cnn_bilstm import cnn_bilstm
from harness.classifiers.cnn_bilstm_attention import cnn_bilstm_attention
from harness.classifiers.decision_tree import decision_tree
from harness.classifiers.ffnn import ffnn
from harness.classifiers.knn import knn
from harness.classifiers.logistic_regression import logistic_regression
from harness.classifiers.lstm import lstm
from harness.classifiers.naive_bayes import naive_bayes
from harness.classifiers.random_forest import random_forest
from harness.classifiers.random_neural_network import random_neural_network
from harness.classifiers.svc import svc
from harness.classifiers.xgboost import xgboost

__all__ = ["CLASSIFIERS", "Classifier"]

CLASSIFIERS: dict[str, Callable[..., Classifier]] = {
    "bilstm": bilstm,
    "bilstm_attention": bilstm_attention,
    "cnn": cnn,
    "cnn_bilstm": cnn_bilstm,
    "cnn_bilstm_attention": cnn_bilstm_attention,
    "decision_tree": decision_tree,
    "ffnn": ffnn,
    "knn": knn,
    "logistic_regression": logistic_regression,
    "lstm": lstm,
    "naive_bayes": naive_bayes,
    "random_forest": random_forest,
    "random_neural_network": random_neural_network,
    "svc": svc,
    "xgboost": xgboost,
}
