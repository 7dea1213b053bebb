"""Label whatever comes next: the baseline that a strategy must beat."""

from __future__ import annotations

from harness.arrays import Rows
from harness.strategies.query import Query


def random(query: Query, n: int) -> Rows:
    """Random candidates: the first `n`, since the pool lies in random order; no model needed."""
    return query.candidates[:n]
