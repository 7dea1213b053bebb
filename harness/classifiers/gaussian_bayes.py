"""A Gaussian naive Bayes for rows that may all be alike.

Imports scikit-learn; the factory in `naive_bayes.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.special import softmax
from sklearn.naive_bayes import GaussianNB

from harness.arrays import Classes, Features, Probabilities
from harness.classifiers.size import Size

LEAST = 1e-200  # variance: the square of the largest feature, divided by it, is a number


class GaussianBayes(GaussianNB):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's, in float64, and sound in two corners.

    Where no feature varies, or none by enough that its square is a number, scikit-learn divides by
    a variance of 0, or by one that rounding made; this gives the prior. Far from all classes the
    log likelihoods are so large that subtracting their log-sum loses the log of a sum of equals,
    and scikit-learn's probabilities then add up to more than 1; a softmax does not.
    """

    def fit(self, X: Features, y: Classes) -> Self:
        """Take means and variances per class."""
        X = np.asarray(X, dtype=np.float64)
        super().fit(X, y)
        if not np.ptp(X, axis=0).any() or X.var(axis=0).max() < LEAST:
            self.var_[:] = 1e300  # so flat that no value speaks for any class
        return self

    def predict_proba(self, X: Features) -> Probabilities:
        """Posterior of each class, (n_rows, n_classes)."""
        return np.asarray(softmax(self.predict_joint_log_proba(X), axis=1))

    def size(self) -> Size:
        """A mean and a variance per class and feature, and the class shares.

        Two multiply-adds per class and feature: one squares the distance, one weighs it.
        """
        arrays = (self.theta_, self.var_, self.class_prior_)
        return Size(
            n_parameters=sum(array.size for array in arrays),
            n_bytes=sum(array.nbytes for array in arrays),
            n_operations=self.theta_.size + self.var_.size,
        )
