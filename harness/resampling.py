"""What a resampler is: labelled rows in, rows to fit on out, with a note of what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.arrays import Classes, Features


@dataclass(frozen=True, slots=True)
class Resampled:
    """Rows to fit on, and what a reader of the result must know about them."""

    X: Features  # (n_after, n_features)
    y: Classes  # (n_after,)
    neighbours: Mapping[int, int] = field(default_factory=dict)  # class -> neighbours, if shrunk
    left_alone: tuple[int, ...] = ()  # classes that the method could not be applied to


Resample = Callable[[Features, Classes], Resampled]
