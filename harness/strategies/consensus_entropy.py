"""Label where the mean prediction of a committee is flattest.

Settles, "Active Learning", Synthesis Lectures 18, 2012, section 3.4: soft vote entropy, x_SVE.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.arrays import Rows, Samples, Scores
from harness.strategies.committee import most_disputed
from harness.strategies.query import Query
from harness.strategies.shannon import shannon


def consensus_entropy(query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10) -> Rows:
    """Candidates with the highest entropy of the members' mean probabilities, the consensus.

    Also high where all members agree that it is hard to tell; `qbc_kl` takes that part away. Of a
    forest the consensus is its own prediction, so this is `entropy` there.
    """
    return most_disputed(query, n, members, _entropy_of_mean)


def _entropy_of_mean(p: Samples) -> Scores:
    return shannon(p.mean(axis=0))
