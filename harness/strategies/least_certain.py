"""Which candidates a strategy makes its choice among, where not all can be looked at."""

from __future__ import annotations

import numpy as np

from harness.geometry.points import Points
from harness.strategies.query import Query


def least_certain(query: Query, n: int) -> Points:
    """The `n` points of the candidates with the smallest margins, or all if there are fewer.

    The pool's order decides among ties, and where margins are NaN. Records the share of candidates
    that tie with the last one that is kept, where some are not. Positions are those among the
    candidates; `of` is -1 for what is not among these points.
    """
    points = Points.of_rows(query.X[query.candidates])
    margins = query.margins[points.first]
    order = np.lexsort((points.first, margins))  # NaN last
    kept = np.sort(order[:n])
    if n < len(order):
        last = margins[order[n - 1]]
        tied = np.isnan(margins) if np.isnan(last) else margins == last
        query.ties.append(float(tied[points.of].mean()))
    place = np.full(len(points), -1, dtype=np.intp)
    place[kept] = np.arange(len(kept))
    return Points(points.X[kept], points.first[kept], place[points.of], points.n_rows[kept])
