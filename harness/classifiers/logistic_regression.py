"""A linear model of the log odds."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def logistic_regression(
    seed: int,  # noqa: ARG001 - every factory takes one; L-BFGS starts at zero
    threads: int,  # noqa: ARG001 - one model is fitted on one thread
    *,
    C: float = 1.0,
    class_weight: Literal["balanced"] | None = None,
    max_iter: int = 500,
) -> Classifier:
    """Multinomial logistic regression, L2-penalised (`C` is the inverse strength), by L-BFGS.

    Stops after `max_iter` steps without a word if it has not converged, as it will not on
    unscaled features: the result is then what it had reached. `max_iter` is above scikit-learn's
    100 because a large `C`, which is worth having here, needs more.
    """
    from harness.classifiers.patient_logistic_regression import PatientLogisticRegression

    return PatientLogisticRegression(C=C, class_weight=class_weight, max_iter=max_iter)
