"""New rows between neighbours of one class."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resamplers.growth import Growth
from harness.resampling import Resample, Resampled


def smote(seed: int, *, k_neighbors: int = 5) -> Resample:
    """SMOTE: every class grows to the largest, by points between rows and their neighbours.

    A class of n rows has n - 1 neighbours to offer: it uses that many if `k_neighbors` is more.
    A class of one row is left alone.

    Chawla, Bowyer, Hall and Kegelmeyer, "SMOTE: synthetic minority over-sampling technique", JAIR
    16, 2002.
    """

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.over_sampling import SMOTE

        growth = Growth.of(y, k_neighbors)
        return growth.result(
            X,
            y,
            (
                SMOTE(sampling_strategy=sizes, k_neighbors=used, random_state=seed).fit_resample(
                    X, y
                )
                for used, sizes in growth.by_neighbours()
            ),
        )

    return resample
