"""What a fitted model costs on the edge: its size, and how long it takes to answer."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from harness.arrays import Features
from harness.classifiers.size import size_of
from harness.learner import Fitted
from harness.schema import COSTS, Row

BATCH = 1024  # rows
MOST = 5  # calls, of which the fastest counts
ENOUGH_S = 0.001  # when so much is spent, no further call begins


def cost(fitted: Fitted, X: Features) -> Row:
    """The columns `COSTS` of a model; all null where there is none: one class only.

    Latencies are of classes and probabilities of the first row of `X`, (n_rows, n_features), and
    of its first 1,024, from the first again where there are fewer: in this process, on the
    threads that it has, the features prepared already.
    """
    if fitted.model is None:
        return dict.fromkeys(COSTS)
    size = size_of(fitted.model)
    return {
        "n_parameters": size.n_parameters,
        "model_bytes": size.n_bytes,
        "n_operations": size.n_operations,
        # One row twice at least: nothing was asked about a single row before, and the first to
        # do so may pay for what the others find. A batch is like the test rows before it.
        "latency_row_s": _fastest(fitted, X[:1], least=2),
        "latency_batch_s": _fastest(fitted, X[np.arange(BATCH) % len(X)], least=1),
    }


def _fastest(fitted: Fitted, X: Features, least: int) -> float:
    took: list[float] = []
    while len(took) < least or (len(took) < MOST and sum(took) < ENOUGH_S):
        started = perf_counter()
        fitted.predict(X)
        took.append(perf_counter() - started)
    return min(took)
