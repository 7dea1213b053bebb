"""What trees ask of a row: where they cut each feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Cuts:
    """All that a model compares features with; one entry per cut, in any order, also repeated."""

    features: npt.NDArray[np.intp]  # (n_cuts,): which one is compared
    thresholds: npt.NDArray[np.floating]  # (n_cuts,): with what, in the model's own precision
    equal_is_below: bool  # x <= threshold is one side (scikit-learn), or x < threshold (XGBoost)


class Cutting:
    """A classifier whose answer to a row hangs on the outcomes of its cuts, and on nothing else.

    It casts features to float32 before it compares. Rows with equal outcomes get equal bits,
    wherever they stand and whatever stands beside them.
    """

    def cuts(self) -> Cuts:
        """Of the fitted model."""
        raise NotImplementedError


def cuts_of(model: Any) -> Cuts | None:
    """The cuts of a classifier of ours; None where it is another, whose answers may hang on more.

    What inherits from one of ours is another: it may answer in a way of its own.
    """
    if isinstance(model, Cutting) and "cuts" in vars(type(model)):
        return model.cuts()
    return None
