"""Rows of larger classes out where they face another class."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resamplers.cleaning import cleaned
from harness.resampling import Resample, Resampled


def tomek(seed: int) -> Resample:  # noqa: ARG001 - every factory takes one; nothing is random
    """Tomek links: of two rows that are each other's nearest, but of two classes, one goes.

    It is the one that is not of the smallest class (of equally small ones, the first). A class
    that would lose its every row keeps them all, and is recorded.

    Tomek, "Two modifications of CNN", IEEE Trans. Systems, Man and Cybernetics 6, 1976.
    """

    def resample(X: Features, y: Classes) -> Resampled:
        from imblearn.under_sampling import TomekLinks

        sampler = TomekLinks()
        sampler.fit_resample(X, y)
        return cleaned(Resampled(X, y), sampler.sample_indices_)

    return resample
