"""Label where the two likeliest classes are hardest to tell apart.

Scheffer, Decomain and Wrobel, "Active hidden Markov models for information extraction", IDA 2001.
In Settles, "Active Learning Literature Survey", 2009, section 3.1: x_M. For a classifier without
probabilities the gap is that of decision values, with two classes the distance to the boundary:
Tong and Koller, "Support vector machine active learning", JMLR 2, 2001.
"""

from __future__ import annotations

from harness.arrays import Rows
from harness.strategies.query import Query


def margin(query: Query, n: int) -> Rows:
    """Candidates with the smallest gap between their two best classes."""
    return query.lowest(query.margins, n)
