"""Every class brought up to the largest by repeating its rows."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resampling import Resample, Resampled


def random_over(seed: int) -> Resample:
    """Random rows of every class again, until all have as many as the largest."""

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.over_sampling import RandomOverSampler

        return Resampled(*RandomOverSampler(random_state=seed).fit_resample(X, y))

    return resample
