"""What a fitted classifier costs where it will run, as it says it itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a fitted classifier; None: not known."""

    n_parameters: int | None  # learned numbers; of trees: nodes
    n_bytes: int | None  # of the arrays that predicting needs, or of the file it is saved as
    n_operations: int | None  # for one row: multiply-adds; of trees: comparisons on deepest paths
