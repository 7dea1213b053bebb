"""Every class cut down to the smallest."""

from __future__ import annotations

import numpy as np

from harness.arrays import Classes, Features
from harness.resampling import Resample, Resampled


def random_under(seed: int) -> Resample:
    """Random rows of every class, as many as the smallest class has.

    Where a class has a single labelled row, that is one row per class: at small budgets this
    throws away nearly everything that was paid for.
    """

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.under_sampling import RandomUnderSampler

        sampler = RandomUnderSampler(random_state=seed)
        sampler.fit_resample(X, y)
        kept = np.sort(sampler.sample_indices_)
        return Resampled(X[kept], y[kept])

    return resample
