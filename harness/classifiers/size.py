"""What a fitted classifier costs where it will run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.classifiers.pickled_bytes import pickled_bytes


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a fitted classifier; None: not known.

    Only what predicting needs is counted, in the types that the library keeps it in.
    """

    n_parameters: int | None  # learned or stored numbers; of trees: nodes, leaves included
    n_bytes: int | None  # of the arrays that hold them, or of the file it is saved as
    n_operations: int | None  # for one row: multiply-adds; of trees: comparisons on deepest paths


def size_of(model: Any) -> Size:
    """What `model`, a fitted classifier, says of its size by a method `size()`.

    Of one without that method, from outside the tree, only `pickled_bytes` are known: how its
    attributes are to be read is its author's to say. Raises `TypeError` where `size()` returns
    something else, and whatever it raises.
    """
    own = getattr(model, "size", None)
    if not callable(own):
        return Size(None, pickled_bytes(model), None)
    size = own()
    if not isinstance(size, Size):
        raise TypeError(
            f"{type(model).__name__}.size() gave {size!r}; it must give a Size "
            "(harness.classifiers.size), with None for what it does not know"
        )
    return size
