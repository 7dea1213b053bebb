"""A logistic regression that takes what it has when its steps are used up.

Imports scikit-learn; the factory in `logistic_regression.py` imports this module when called.
"""

from __future__ import annotations

import warnings
from typing import Self

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from harness.arrays import Classes, Features


class PatientLogisticRegression(LogisticRegression):  # type: ignore[misc]  # untyped
    """scikit-learn's, silent about `max_iter`: `n_iter_` tells."""

    def fit(self, X: Features, y: Classes) -> Self:
        """Minimise the penalised log loss."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y)
        return self
