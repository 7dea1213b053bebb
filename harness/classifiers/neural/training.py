"""How a network is trained: what all neural classifiers take beside their architecture's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt


@dataclass(frozen=True, slots=True)
class Training:
    """Adam on cross-entropy. The defaults are those of the BiLSTM study (docs/neural.md)."""

    dropout: Annotated[float, Ge(0), Lt(1)] = 0.2  # share of units, after each hidden layer
    learning_rate: Annotated[float, Gt(0)] = 1e-3
    epochs: Annotated[int, Ge(1)] = 10  # at most
    batch_size: Annotated[int, Ge(1)] = 32
    patience: Annotated[int, Ge(0)] = 3  # epochs without a lower validation loss; 0: no early stop
    validation_share: Annotated[float, Gt(0), Lt(1)] = 0.1  # of the labelled rows it is given
    class_weight: Literal["balanced"] | None = None
    refit: Literal["cold", "warm", "keep_better"] = "cold"  # what of the last round's is kept

    @property
    def looks_at_validation(self) -> bool:
        """Whether a part of the labelled rows is kept from training."""
        return self.patience > 0 or self.refit == "keep_better"
