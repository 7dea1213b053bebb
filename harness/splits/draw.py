"""What is random about the split of one repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.cell import Setting
from harness.seeding import as_given, generator, integer


@dataclass(frozen=True, slots=True)
class Draw:
    """The randomness of one repeat, named by the dataset and not by its preparation."""

    seed: int  # decides who is on which side; the sweep's own where `split.seeds` gives one
    order: np.random.Generator  # of the pool; new

    @classmethod
    def of(cls, setting: Setting, dataset: str, repeat: int) -> Draw:
        """The draw of a repeat of the dataset of that name."""
        if setting.split.seeds:
            seed = setting.split.seeds[repeat]
            return cls(seed, as_given(seed))
        return cls(
            integer(setting.seed, "split", dataset, repeat),
            generator(setting.seed, "pool", dataset, repeat),
        )
