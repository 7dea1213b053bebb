"""A strategy's declaration that the rows of a batch are chosen together.

Of any other strategy, a smaller batch is the start of a larger one: the contract tests hold it to
that. One that, say, makes as many clusters as rows are wanted cannot promise it. What a round
buys depends on later rounds in neither case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from harness.arrays import Rows

_DECLARED = "fewlabels_jointly"
S = TypeVar("S", bound=Callable[..., Rows])


def jointly(strategy: S) -> S:
    """Declare that which rows a strategy chooses depends on how many are wanted."""
    setattr(strategy, _DECLARED, True)
    return strategy


def chooses_jointly(strategy: Callable[..., Rows]) -> bool:
    """Whether a strategy declared so."""
    return bool(getattr(strategy, _DECLARED, False))
