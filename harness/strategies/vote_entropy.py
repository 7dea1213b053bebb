"""Label where a committee's votes are spread most evenly over classes.

Dagan and Engelson, "Committee-based sampling for training probabilistic classifiers", ICML 1995;
without their division by log min(members, classes), which changes no order. In Settles,
"Active Learning Literature Survey", 2009, section 3.2: x_VE.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.arrays import Rows, Samples, Scores
from harness.strategies.committee import most_disputed, vote_shares
from harness.strategies.query import Query
from harness.strategies.shannon import shannon


def vote_entropy(query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10) -> Rows:
    """Candidates with the highest entropy of the members' votes.

    `members` dropout masks of a network, all trees of a forest, bagged fits of others. Few members
    give few different scores: ties are many, and the pool's order decides among them.
    """
    return most_disputed(query, n, members, _entropy_of_votes)


def _entropy_of_votes(p: Samples) -> Scores:
    return shannon(vote_shares(p))
