"""The end of a batch for which a strategy has nothing left to go by."""

from __future__ import annotations

from harness.arrays import Rows
from harness.geometry.filled import filled
from harness.strategies.query import Query


def fill(query: Query, chosen: Rows, n: int) -> Rows:
    """`n` candidates: those `chosen`, positions among them, and then others in the pool's order.

    Records the share of candidates that tie for what is filled up.
    """
    n_candidates = len(query.candidates)
    if len(chosen) < n:
        query.ties.append((n_candidates - len(chosen)) / n_candidates)
    return query.candidates[filled(chosen, n_candidates, n)]
