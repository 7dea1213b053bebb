"""Label where the fewest members of a committee vote for the winner.

Freeman, "Elementary applied statistics", 1965, for the measure (a distribution's share outside its
mode); as a query by committee: Gal, Islam and Ghahramani, "Deep Bayesian active learning with
image data", ICML 2017 (variation ratios).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Rows, Samples, Scores
from harness.strategies.committee import most_disputed, vote_shares
from harness.strategies.query import Query


def variation_ratio(query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10) -> Rows:
    """Candidates with the largest share of members outside the largest faction.

    Ties as those of `vote_entropy`; unlike it, blind to how the others are divided.
    """
    return most_disputed(query, n, members, _outside_the_mode)


def _outside_the_mode(p: Samples) -> Scores:
    return np.asarray(1 - vote_shares(p).max(axis=1))
