"""What a strategy or a design declares of the sizes that it can take.

One whose memory or time grows faster than the pool, or than a batch, says up to where it is of
use. A sweep beyond that is refused when it is planned, not hours later on a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_DECLARED = "fewlabels_at_most"

Component = TypeVar("Component", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AtMost:
    """The largest sizes that a component takes; None: any."""

    rows: int | None = None  # of the pool
    batch: int | None = None  # chosen at once: a round's, or the first labels of a design
    sample: str = ""  # a parameter that has it look at so many rows of a larger pool


def at_most(
    *, rows: int | None = None, batch: int | None = None, sample: str = ""
) -> Callable[[Component], Component]:
    """Declare the largest pool, and the largest batch, that a strategy or a design takes.

    `sample` names a parameter that has it look at so many rows only, of a pool of any size.
    Raises `ValueError` where neither is a positive number.

    >>> @at_most(rows=50_000)
    ... def all_pairs(query, n): ...
    >>> most(all_pairs)
    AtMost(rows=50000, batch=None, sample='')
    """
    given = [size for size in (rows, batch) if size is not None]
    if not given or min(given) < 1:
        raise ValueError(f"at_most(rows={rows}, batch={batch}): give a number above 0 for one")

    def declared(component: Component) -> Component:
        setattr(component, _DECLARED, AtMost(rows, batch, sample))
        return component

    return declared


def most(component: Callable[..., Any]) -> AtMost:
    """What a component declared; without a declaration it takes any size."""
    declared: AtMost = getattr(component, _DECLARED, AtMost())
    return declared
