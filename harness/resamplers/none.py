"""No resampling."""

from __future__ import annotations

from harness.arrays import Classes, Features
from harness.resampling import Resample, Resampled


def none(seed: int) -> Resample:  # noqa: ARG001 - every factory takes one
    """The labelled rows as they are."""

    def resample(X: Features, y: Classes) -> Resampled:
        return Resampled(X, y)

    return resample
