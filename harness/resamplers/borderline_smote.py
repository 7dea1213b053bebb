"""SMOTE for rows near another class."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resamplers.growth import Growth
from harness.resampling import Resample, Resampled


def borderline_smote(seed: int, *, k_neighbors: int = 5, m_neighbors: int = 10) -> Resample:
    """Borderline-SMOTE 1: as SMOTE, but it starts from rows in danger only.

    A row is in danger if at least half, but not all, of its `m_neighbors` nearest rows belong to
    other classes. A class without any stays as it is, and so does a class of one row; both are
    recorded. `k_neighbors` shrinks for small classes as in SMOTE, `m_neighbors` to all other rows.

    Han, Wang and Mao, "Borderline-SMOTE: a new over-sampling method in imbalanced data sets
    learning", ICIC 2005.
    """

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.over_sampling import BorderlineSMOTE

        growth = Growth.of(y, k_neighbors)
        return growth.result(
            X,
            y,
            (
                BorderlineSMOTE(
                    sampling_strategy=sizes,
                    k_neighbors=used,
                    m_neighbors=min(m_neighbors, len(y) - 1),
                    random_state=seed,
                ).fit_resample(X, y)
                for used, sizes in growth.by_neighbours()
            ),
        )

    return resample
