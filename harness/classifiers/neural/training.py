"""How a network is trained: what all neural classifiers take beside their architecture's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

DEFAULT_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Training:
    """Adam on cross-entropy. The defaults are those of the BiLSTM study (docs/neural.md)."""

    dropout: Annotated[float, Ge(0), Lt(1)] = 0.2  # share of units, after each hidden layer
    learning_rate: Annotated[float, Gt(0)] = 1e-3
    epochs: Annotated[int, Ge(1)] = 10  # at most
    batch_size: Annotated[int, Ge(1)] = 32
    patience: Annotated[int, Ge(0)] = 3  # epochs without a lower validation loss; 0: no early stop
    validation_share: Annotated[float, Gt(0), Lt(1)] | None = None  # of labelled rows; None: 0.1
    class_weight: Literal["balanced"] | None = None
    refit: Literal["cold", "warm", "keep_better"] = "cold"  # what of the last round's is kept

    def __post_init__(self) -> None:
        """Raise `ValueError` for a setting that nothing would use."""
        if self.validation_share is not None and not self.looks_at_validation:
            raise ValueError(
                "validation_share is for early stopping and keep_better: with patience 0 leave it "
                "out"
            )

    @property
    def held_share(self) -> float:
        """Share of the labelled rows that is kept from training."""
        return (self.validation_share or DEFAULT_SHARE) if self.looks_at_validation else 0.0

    @property
    def looks_at_validation(self) -> bool:
        """Whether a part of the labelled rows is kept from training."""
        return self.patience > 0 or self.refit == "keep_better"
