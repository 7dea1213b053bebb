"""Label what would, as far as the model can tell, leave the fewest errors elsewhere.

Roy and McCallum, "Toward optimal active learning through sampling estimation of error reduction",
ICML 2001: its expected log loss, or 0/1 loss. Their sampling is kept: some candidates, judged on
some rows.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge

from harness.arrays import Probabilities, Rows, Scores
from harness.strategies.query import Query
from harness.strategies.shannon import shannon


def expected_error_reduction(
    query: Query,
    n: int,
    *,
    candidates: Annotated[int, Ge(1)] = 50,
    evaluated: Annotated[int, Ge(1)] = 200,
    loss: Literal["log", "zero_one"] = "log",
) -> Rows:
    """Candidates after whose labelling the model is expected to err least on other rows.

    For each of `candidates` random candidates and each class that the model gives it, the model is
    fitted with that label too, and its expected loss on `evaluated` other random candidates is
    weighted by the class's probability. That is up to `candidates` x classes fits per round,
    whatever the size of the pool: for quick classifiers and few classes. A batch takes the lowest
    losses, each as if bought alone; one larger than `candidates` is filled up in the pool's order.
    """
    judged = np.sort(query.rng.permutation(len(query.candidates))[:candidates])
    on = np.sort(query.rng.permutation(len(query.candidates))[:evaluated])
    expected = np.full(len(query.candidates), np.nan)
    p = query.probabilities[judged]
    of = _LOSSES[loss]
    for at, likely in zip(judged, p, strict=True):
        row = query.candidates[at : at + 1]
        others = query.candidates[on[on != at]]
        if np.isnan(likely).any() or not len(others):
            continue
        losses = [
            of(query.model.with_labels(row, np.array([k])).probabilities(others)).mean()
            for k in np.flatnonzero(likely)
        ]
        expected[at] = (likely[likely > 0] * losses).sum()
    return query.lowest(expected, n)


def _zero_one(p: Probabilities) -> Scores:
    return np.asarray(1 - p.max(axis=1))


_LOSSES = {"log": shannon, "zero_one": _zero_one}  # each expected under p itself
