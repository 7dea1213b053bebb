"""Label what helps most, knowing all labels: for evaluation only, since nobody could buy so.

One-step look-ahead over a few batches, on pool rows: the greedy case (one beam) of the beam-search
oracle of Zhan, Liu, Li and Chan, "A comparative survey: benchmarking for pool-based active
learning", IJCAI 2021, which judges by the test set. Batches drawn by their loss: the "oracle
uncertainty" of Sener and Savarese, ICLR 2018, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from annotated_types import Ge

from harness.arrays import Classes, Probabilities, Rows, Scores
from harness.metrics import score
from harness.strategies.jointly import jointly
from harness.strategies.query import Query

LEAST = 1e-12  # a probability: so that no loss is infinite


@dataclass(frozen=True)
class OracleQuery(Query):
    """What `oracle` alone may look at besides (`schema.SEES_LABELS`)."""

    y_true: Classes = field(kw_only=True, repr=False)  # (n_pool,), whatever labels are given


@jointly
def oracle(
    query: Query,
    n: int,
    *,
    draws: Annotated[int, Ge(0)] = 5,
    judges: Annotated[int, Ge(1)] = 5000,
) -> Rows:
    """Evaluation only, it sees hidden labels: whichever of some batches helps most.

    The batches: the pool's next rows (as `random`), the smallest margins, the largest losses, and
    `draws` drawn by loss. Each is bought in thought, at true labels, the query model fitted again,
    and its macro F1 taken on `judges` candidates that are in none of the batches; the first of
    equals wins. No test row is looked at. It is no upper bound: other batches, or another order
    over several rounds, may be better.

    Raises `TypeError` for a query without them.
    """
    if not isinstance(query, OracleQuery):
        raise TypeError("oracle has to be handed hidden labels, in an OracleQuery")
    first, rest = query.candidates[:n], query.candidates[n:]
    if not len(rest):
        return first
    judging = np.sort(query.rng.choice(rest, min(judges, -(-len(rest) // 2)), replace=False))
    free = np.setdiff1d(query.candidates, judging)
    truth = query.y_true[judging]

    def worth(batch: Rows) -> float:
        p = query.model.with_labels(batch, query.y_true[batch]).probabilities(judging)
        found = score(truth, p.argmax(axis=1), None, query.n_classes)["macro_f1"]
        return -np.inf if found is None else found

    batches = [first, *_others(query, free, n, draws)]
    values = [worth(batch) for batch in batches]
    if len({*values}) == 1:
        query.ties.append(1.0)  # nothing but the pool's order decides
    return batches[int(np.argmax(values))]


def _others(query: OracleQuery, free: Rows, n: int, draws: int) -> Iterator[Rows]:
    yield free[np.argsort(query.model.margins(free), kind="stable")[:n]]
    loss = _loss(query.model.probabilities(free), query.y_true[free])
    yield free[np.argsort(-loss, kind="stable")[:n]]
    if (loss > 0).sum() >= n:
        for _ in range(draws):
            yield query.rng.choice(free, n, replace=False, p=loss / loss.sum())


def _loss(p: Probabilities, y: Classes) -> Scores:
    """-ln of the true class's probability, (n_rows,); 0 where the model says nothing."""
    return np.nan_to_num(-np.log(np.clip(p[np.arange(len(y)), y], LEAST, 1.0)))
