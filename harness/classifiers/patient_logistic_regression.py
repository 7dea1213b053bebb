"""A logistic regression that takes what it has when its steps are used up.

Imports scikit-learn; the factory in `logistic_regression.py` imports this module when called.
"""

from __future__ import annotations

import warnings
from typing import Self

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from harness.arrays import Classes, Features
from harness.classifiers.size import Size


class PatientLogisticRegression(LogisticRegression):  # type: ignore[misc]  # untyped
    """scikit-learn's, silent about `max_iter`: `n_iter_` tells."""

    def fit(self, X: Features, y: Classes) -> Self:
        """Minimise the penalised log loss."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y)
        return self

    def size(self) -> Size:
        """A weight per class (one for two) and feature, and an intercept per class."""
        weights, intercepts = self.coef_, self.intercept_
        return Size(
            n_parameters=weights.size + intercepts.size,
            n_bytes=weights.nbytes + intercepts.nbytes,
            n_operations=weights.size,
        )
