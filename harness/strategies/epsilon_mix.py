"""Label by a score, and now and then at random.

Osugi, Kim and Scott, "Balancing exploration and exploitation: a new algorithm for active machine
learning", ICDM 2005: toss a coin between the two before each label. Theirs changes the coin by what
was learned; here it stays, as in the epsilon-greedy rule of Sutton and Barto, "Reinforcement
learning", 2nd ed., 2018, section 2.2.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from harness.arrays import Rows
from harness.strategies.entropy import entropy
from harness.strategies.least_confidence import least_confidence
from harness.strategies.margin import margin
from harness.strategies.query import Query

SCORES = {"entropy": entropy, "least_confidence": least_confidence, "margin": margin}


def epsilon_mix(
    query: Query,
    n: int,
    *,
    epsilon: Annotated[float, Ge(0), Le(1)] = 0.1,
    score: Literal["entropy", "least_confidence", "margin"] = "margin",
) -> Rows:
    """The most wanted candidates by `score`; each place at random with probability `epsilon`.

    At random means the next in the pool's order, as `random` does. 0 is the score alone.
    """
    wanted = SCORES[score](query, n).tolist()
    is_random = query.rng.random(n) < epsilon  # by place: a smaller batch is the start
    if not is_random.any():
        return np.array(wanted)
    orders = iter(wanted), iter(query.candidates[: n + len(wanted)].tolist())
    chosen: dict[int, None] = {}
    for at_random in is_random.tolist():
        row = next(row for row in orders[at_random] if row not in chosen)
        chosen[row] = None
    return np.array([*chosen])
