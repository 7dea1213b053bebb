"""A linear model of the log odds."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def logistic_regression(  # noqa: PLR0913 - the parameters of a sweep
    seed: int,
    threads: int,  # noqa: ARG001 - one model is fitted on one thread
    *,
    C: float = 1.0,
    class_weight: Literal["balanced"] | None = None,
    max_iter: int = 500,
    solver: Literal["lbfgs", "liblinear"] = "lbfgs",
) -> Classifier:
    """Multinomial logistic regression, L2-penalised (`C` is the inverse strength).

    `liblinear` (Fan et al., JMLR 9, 2008) penalises the intercept too and takes two classes only:
    it is there to repeat studies that used it. `seed` is for it; L-BFGS starts at zero.

    Stops after `max_iter` steps without a word if it has not converged, as it will not on
    unscaled features: the result is then what it had reached. `max_iter` is above scikit-learn's
    100 because a large `C`, which is worth having here, needs more.
    """
    from harness.classifiers.patient_logistic_regression import PatientLogisticRegression

    return PatientLogisticRegression(
        C=C, class_weight=class_weight, max_iter=max_iter, solver=solver, random_state=seed
    )
