"""Which class each row belongs to, for a task, and the finest labels that splits stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from datasets.choices import check_choice

Task = Literal["multiclass", "binary"]


@dataclass(frozen=True, slots=True)
class Labels:
    """The label side of a `Table`."""

    y: npt.NDArray[np.int64]  # (n_rows,), into `classes`
    classes: tuple[str, ...]
    strata: npt.NDArray[np.int64]  # (n_rows,), the attack types whatever the task

    @classmethod
    def of(
        cls, types: npt.NDArray[np.integer], names: Sequence[str], *, normal: str, task: Task
    ) -> Labels:
        """Return the labels of rows of `types` (n_rows,), codes into the sorted type `names`.

        `multiclass` keeps the sorted names as classes. `binary` has the classes normal and
        attack, in this order, so that class 1 is what a detector looks for.

        >>> Labels.of(np.array([0, 2, 1]), ["dos", "normal", "xss"], normal="normal", task="binary")
        Labels(y=array([1, 1, 0]), classes=('normal', 'attack'), strata=array([0, 2, 1]))
        """
        check_choice("task", task, get_args(Task))
        strata = types.astype(np.int64)
        if task == "multiclass":
            return cls(strata.copy(), tuple(names), strata)
        is_attack = strata != tuple(names).index(normal)
        return cls(is_attack.astype(np.int64), (normal, "attack"), strata)
