"""A support vector machine whose kernel width is a multiple of scikit-learn's default.

Imports scikit-learn; the factory in `svc.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.svm import SVC

from harness.arrays import Classes, Features
from harness.classifiers.size import Size
from harness.fast.kernel import PAIR, Expanding, Expansion


class RelativeGammaSVC(SVC, Expanding):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's `SVC` with `gamma` set by `fit` to a multiple of its "scale" or "auto" value.

    A range for gamma itself would fit one scaler and number of features only, and could not
    contain the default, which is a string.
    """

    def __init__(
        self,
        *,
        C: float,
        relative_to: str,
        gamma_scale: float,
        class_weight: str | None,
        random_state: int,
    ) -> None:
        # Without `random_state`, scikit-learn draws from numpy's global generator at each fit.
        super().__init__(C=C, class_weight=class_weight, random_state=random_state)
        self.relative_to = relative_to
        self.gamma_scale = gamma_scale

    def fit(self, X: Features, y: Classes) -> Self:
        """Solve the one-versus-one problems."""
        self.gamma = self.gamma_scale * self._unit(X)
        super().fit(X, y)
        return self

    def _unit(self, X: Features) -> float:
        if self.relative_to == "auto":
            return 1.0 / float(X.shape[1])
        variance = float(np.asarray(X, dtype=np.float64).var())
        # As scikit-learn does (svm/_base.py, "scale"): 1 where nothing varies.
        return 1.0 / (float(X.shape[1]) * variance) if variance else 1.0

    def expansion(self) -> Expansion:
        """Of its support vectors."""
        # Of two classes scikit-learn shows libsvm's numbers with the other sign.
        sign = -1 if len(self.classes_) == PAIR else 1
        return Expansion(
            self.gamma,
            self.support_vectors_,
            self.n_support_,
            sign * self.dual_coef_,
            sign * self.intercept_,
        )

    def size(self) -> Size:
        """Support vectors x features, and the weights with which each counts in each problem.

        A multiply-add per feature is a row's distance to a support vector, and one per weight its
        share in a decision; exponentials are not counted.
        """
        arrays = (self.support_vectors_, self.dual_coef_, self.intercept_)
        return Size(
            n_parameters=sum(array.size for array in arrays),
            n_bytes=sum(array.nbytes for array in arrays),
            n_operations=self.support_vectors_.size + self.dual_coef_.size,
        )
