"""A support vector machine whose kernel width is a multiple of scikit-learn's default.

Imports scikit-learn; the factory in `svc.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.svm import SVC

from harness.arrays import Classes, Features


class RelativeGammaSVC(SVC):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's `SVC` with `gamma` set by `fit` to `gamma_scale` times its "scale" value.

    A range for gamma itself would fit one scaler and number of features only, and could not
    contain the default, which is a string.
    """

    def __init__(
        self, *, C: float, gamma_scale: float, class_weight: str | None, random_state: int
    ) -> None:
        # Without `random_state`, scikit-learn draws from numpy's global generator at each fit.
        super().__init__(C=C, class_weight=class_weight, random_state=random_state)
        self.gamma_scale = gamma_scale

    def fit(self, X: Features, y: Classes) -> Self:
        """Solve the one-versus-one problems."""
        variance = float(np.asarray(X, dtype=np.float64).var())
        n_features = X.shape[1]
        # As scikit-learn does (svm/_base.py, "scale"): 1 where nothing varies.
        self.gamma = self.gamma_scale * (1.0 / (n_features * variance) if variance else 1.0)
        super().fit(X, y)
        return self
