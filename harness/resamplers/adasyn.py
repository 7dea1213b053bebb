"""SMOTE with more new rows where other classes are near."""

from __future__ import annotations

from collections.abc import Iterator

from harness.arrays import Classes, Features
from harness.resamplers.growth import Growth
from harness.resampling import Resample, Resampled


def adasyn(seed: int, *, k_neighbors: int = 5) -> Resample:
    """ADASYN: as SMOTE, with more new rows where neighbours belong to other classes.

    `k_neighbors` serves both the search for other classes and the new rows, and both shrink to
    n - 1 for a class of n rows. A class with no other class among its neighbours, or with one row,
    is left alone and recorded. Classes grow to about the size of the largest: the shares are
    rounded row by row. Each class draws from `seed` afresh, so that no class depends on another.

    He, Bai, Garcia and Li, "ADASYN: adaptive synthetic sampling approach for imbalanced learning",
    IJCNN 2008.
    """

    def resample(X: Features, y: Classes) -> Resampled:
        growth = Growth.of(y, k_neighbors)
        return growth.result(X, y, _grown(X, y, growth, seed))

    return resample


def _grown(
    X: Features, y: Classes, growth: Growth, seed: int
) -> Iterator[tuple[Features, Classes]]:
    from imblearn.over_sampling import ADASYN

    for c, used in growth.neighbours.items():
        sampler = ADASYN(sampling_strategy={c: growth.target}, n_neighbors=used, random_state=seed)
        try:
            yield sampler.fit_resample(X, y)
        except (RuntimeError, ValueError) as error:
            # imbalanced-learn 0.14: no other class near, or every share rounds to 0 rows.
            if not str(error).startswith(("Not any neigbours", "No samples will be generated")):
                raise
