"""Label where the members of a committee differ most from their consensus.

McCallum and Nigam, "Employing EM and pool-based active learning for text classification", ICML
1998: Kullback-Leibler divergence to the mean. In Settles, "Active Learning Literature
Survey", 2009, section 3.2: x_KL.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.arrays import Rows
from harness.strategies.bald import mutual_information
from harness.strategies.committee import most_disputed
from harness.strategies.query import Query


def qbc_kl(query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10) -> Rows:
    """Candidates with the largest mean divergence of the members from their mean.

    It equals the entropy of the mean less the mean entropy, which is what `bald` computes: the two
    differ in name, and in that this one works with every classifier, by bagging where there is
    nothing else.
    """
    return most_disputed(query, n, members, mutual_information)
