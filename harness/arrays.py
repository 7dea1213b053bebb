"""Array types, so that signatures say what docstrings would otherwise repeat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Features = npt.NDArray[np.floating]  # (n_rows, n_features), float32 or float64: the sweep's dtype
Classes = npt.NDArray[np.int64]  # (n_rows,), 0 .. n_classes - 1
Rows = npt.NDArray[np.intp]  # (n_chosen,), indices into the pool
Rounds = npt.NDArray[np.int32]  # (n_pool,), round in which a row was labelled; -1: never
Mask = npt.NDArray[np.bool_]  # (n_rows,)
Scores = npt.NDArray[np.float64]  # (n_candidates,)
Probabilities = npt.NDArray[np.float64]  # (n_rows, n_classes), rows sum to 1
Samples = npt.NDArray[np.float64]  # (n_samples, n_rows, n_classes), each a Probabilities
