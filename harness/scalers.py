"""Scalers by name: factories `(seed) -> Scaler`, fitted on pool features.

A scaler is fitted once per repeat, on all rows of the pool (features cost no label), and shared by
every curve and trial of that repeat. So it has no hyperparameters to tune.

Features arrive in float64 and are cast to the sweep's dtype afterwards: in float32, shifting and
scaling columns like sequence numbers (up to 4e9) would lose most of their digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self

from harness.arrays import Features


class Scaler(Protocol):
    """Learns from some rows how to rescale any: the part of scikit-learn's API that is used.

    Constant columns and rows outside the range that was fitted on are legal. Each row is rescaled
    by itself: of rows that are equal, `transform` is shown one. So is `fit`, where the scaler has
    an attribute `ignores_counts` that is true: what it learns hangs on which rows there are, and
    not on how many are alike.
    """

    def fit(self, X: Features) -> Any:
        """Learn the columns' scales from (n_rows, n_features)."""

    def transform(self, X: Features) -> Features:
        """Rescaled features, (n_rows, n_features); `X` itself stays as it is."""


class Unscaled:
    """Hands the features on as they are."""

    ignores_counts = True

    def fit(self, X: Features) -> Self:  # noqa: ARG002 - there is nothing to learn
        """Do nothing."""
        return self

    def transform(self, X: Features) -> Features:
        """Return `X` itself."""
        return X


class Ranges:
    """scikit-learn's min-max scaler: the extremes of many rows are those of the different ones."""

    ignores_counts = True

    def __init__(self) -> None:
        from sklearn.preprocessing import MinMaxScaler

        self._scaler: Scaler = MinMaxScaler()

    def fit(self, X: Features) -> Self:
        """Learn the columns' ranges from (n_rows, n_features)."""
        self._scaler.fit(X)
        return self

    def transform(self, X: Features) -> Features:
        """Shares of the range, (n_rows, n_features)."""
        return self._scaler.transform(X)


class Quantiles:
    """scikit-learn's quantile transformer, with no more quantiles than rows."""

    def __init__(self, seed: int, most: int = 1000) -> None:
        self.seed = seed
        self.most = most

    def fit(self, X: Features) -> Self:
        """Learn the columns' quantiles from (n_rows, n_features)."""
        from sklearn.preprocessing import QuantileTransformer

        self.fitted: Scaler = QuantileTransformer(
            n_quantiles=min(self.most, len(X)), subsample=10_000, random_state=self.seed
        )
        self.fitted.fit(X)
        return self

    def transform(self, X: Features) -> Features:
        """Ranks in [0, 1], (n_rows, n_features)."""
        return self.fitted.transform(X)


def none(seed: int) -> Scaler:  # noqa: ARG001 - every factory takes one
    """Features as they come."""
    return Unscaled()


def min_max(seed: int) -> Scaler:  # noqa: ARG001
    """Each column to [0, 1] over the pool; test values may lie outside. Constant columns to 0."""
    return Ranges()


def standard(seed: int) -> Scaler:  # noqa: ARG001
    """Each column to mean 0 and standard deviation 1 over the pool. Constant columns to 0."""
    from sklearn.preprocessing import StandardScaler

    scaler: Scaler = StandardScaler()
    return scaler


def robust(seed: int) -> Scaler:  # noqa: ARG001
    """Each column to median 0 and quartile distance 1 over the pool.

    As in scikit-learn, a column whose quartiles coincide is only shifted and keeps its unit. In
    traffic data those are many (most flows are alike, a few are huge), and they then dominate
    whatever measures distances.
    """
    from sklearn.preprocessing import RobustScaler

    scaler: Scaler = RobustScaler()
    return scaler


def quantile(seed: int) -> Scaler:
    """Each column to its rank in the pool, uniform in [0, 1].

    Ranks come from up to 1,000 quantiles of up to 10,000 rows, drawn by `seed`: scikit-learn's
    defaults.
    """
    return Quantiles(seed)


SCALERS: dict[str, Callable[[int], Scaler]] = {
    "min_max": min_max,
    "none": none,
    "quantile": quantile,
    "robust": robust,
    "standard": standard,
}
