"""Draw a batch by its margins instead of taking the smallest ones.

Kirsch, Farquhar, Atighehchian, Jesson, Branchaud-Charron and Gal, "Stochastic batch acquisition: a
simple baseline for deep active learning", TMLR 2023: power acquisition, log s + Gumbel
noise / beta; the noise makes the n highest a draw without replacement (Kool, van Hoof and Welling,
"Stochastic beams and where to find them", ICML 2019).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Gt

from harness.arrays import Rows
from harness.strategies.query import Query


def power_margin(query: Query, n: int, *, beta: Annotated[float, Gt(0)] = 1.0) -> Rows:
    """Candidates drawn without replacement, each with probability proportional to s^beta.

    s = 1 - the gap between the two highest probabilities (of svc: of its softmax). The higher
    `beta`, the closer to `margin`; 1 is the paper's. What is best now is not best once its
    neighbours in the batch are labelled: the draw spreads a batch at no cost. Where all scores are
    equal, the pool's order is such a draw.
    """
    second, best = np.partition(query.probabilities, -2, axis=1)[:, -2:].T
    score = 1 - (best - second)
    noise = query.rng.gumbel(size=len(score))  # of all, whatever n: a smaller batch is the start
    if (score == score[0]).all() or np.isnan(score).all():
        return query.lowest(-score, n)
    log_score = np.log(score, out=np.full_like(score, -np.inf), where=score != 0)
    return query.lowest(-(log_score + noise / beta), n)
