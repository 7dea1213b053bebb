"""Search spaces by component name. A component that is not listed has nothing to tune.

Every space contains its component's defaults: they are trial 0 of each study, and the sampler
learns from them. A scaler has no space: it is fitted once per repeat and shared by all trials.
"""

from __future__ import annotations

from search_spaces import (
    adasyn,
    borderline_smote,
    decision_tree,
    knn,
    logistic_regression,
    naive_bayes,
    neural,
    random_forest,
    smote,
    smote_enn,
    svc,
    xgboost,
)
from search_spaces.space import Space

__all__ = ["CLASSIFIER_SPACES", "RESAMPLER_SPACES", "Space"]

CLASSIFIER_SPACES: dict[str, Space] = {
    "bilstm": neural.SPACE,
    "bilstm_attention": neural.SPACE,
    "cnn": neural.SPACE,
    "cnn_bilstm": neural.SPACE,
    "cnn_bilstm_attention": neural.SPACE,
    "decision_tree": decision_tree.SPACE,
    "ffnn": neural.SPACE,
    "knn": knn.SPACE,
    "logistic_regression": logistic_regression.SPACE,
    "lstm": neural.SPACE,
    "naive_bayes": naive_bayes.SPACE,
    "random_forest": random_forest.SPACE,
    "random_neural_network": neural.SPACE,
    "svc": svc.SPACE,
    "xgboost": xgboost.SPACE,
}

RESAMPLER_SPACES: dict[str, Space] = {
    "adasyn": adasyn.SPACE,
    "borderline_smote": borderline_smote.SPACE,
    "smote": smote.SPACE,
    "smote_enn": smote_enn.SPACE,
}
