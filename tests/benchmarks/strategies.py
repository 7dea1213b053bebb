"""What one round of each query strategy takes: seconds and memory, on a made-up pool.

    python -m tests.benchmarks.strategies [--strategies margin k_center] [--rows 400000]
        [--features 40] [--batch 100] [--classes 10] [--labelled 1000] [--model random_forest]

Each strategy buys one batch in a process of its own, on one thread, through the loop that sweeps
use. `fit` and `score` are the model's seconds (fitting, and answering whatever the strategy asked
of it, a committee's fits included), `query` is the strategy's own; on a shared machine believe the
CPU seconds, which are those of it all. `peak` is the highest resident memory while it chose, beyond
what the process had with the pool loaded and before any model: the model's share is in it.

The pool has float32 rows that all differ (the worst case: equal rows are scored once), in as many
overlapping clusters as classes, of which the last holds 0.2 %. A strategy that asks for samples is
given a random forest. A strategy that refuses such a pool is shown with its words.
"""

from __future__ import annotations

import argparse
import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from time import perf_counter, process_time

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from harness.cell import Component, Labelling
from harness.designs import DESIGNS
from harness.learner import Learner
from harness.loop import Buying, OnLabels, active_learning
from harness.memory import forget_peak, now_bytes, peak_bytes
from harness.pool import Pool
from harness.problem import Distinct, Problem
from harness.registry import Registry
from harness.schema import SEES_LABELS
from harness.seeding import generator
from harness.strategies import STRATEGIES
from harness.strategies.query import does_ask_samples

RARE = 0.002  # share of the last class


def a_problem(n_rows, n_features, n_classes):
    """Rows around a centre per class, of which each cluster is as wide as the centres lie apart."""
    rng = np.random.default_rng(0)
    share = np.r_[np.full(n_classes - 1, (1 - RARE) / (n_classes - 1)), RARE]
    y = rng.choice(n_classes, n_rows, p=share)
    centres = rng.normal(size=(n_classes, n_features)).astype(np.float32)
    X = rng.standard_normal((n_rows, n_features), dtype=np.float32) + centres[y]
    rows = np.arange(n_rows)
    return Problem(
        X=X,
        y=y,
        groups=rows,
        pool=Distinct(X, rows),
        test=Distinct(X[:1000], rows[:1000]),
        y_test=y[:1000],
        is_novel=np.zeros(1000, dtype=bool),
        n_classes=n_classes,
    )


def measured(name, options):
    """A line of the table."""
    strategy = STRATEGIES[name]
    model = options.model or (
        "random_forest" if does_ask_samples(strategy) else "logistic_regression"
    )
    problem = a_problem(options.rows, options.features, options.classes)
    none = Component("none", "none")
    learner = Learner(Component(model, model), none, Registry(), 0, 1, options.classes)
    buying = Buying(
        problem,
        Labelling(options.labelled, "random", options.batch),
        0,
        DESIGNS["random"],
        strategy,
        partial(generator, 1, "query"),
        sees_labels=name in SEES_LABELS,
    )
    pool = Pool.unlabelled_of(options.rows).label(np.arange(options.labelled), options.labelled)
    fitted = OnLabels(problem, learner)
    before = now_bytes()
    forget_peak()
    started, cpu_started = perf_counter(), process_time()
    with (
        threadpool_limits(1),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        sklearn.config_context(assume_finite=True),
    ):
        warnings.simplefilter("ignore")
        try:
            (bought,) = islice(active_learning(buying, fitted, pool, 1, options.rows), 1)
        except Exception as refusal:  # noqa: BLE001 - whatever it says is its line
            return f"{name:26} {model:20} {type(refusal).__name__}: {refusal}"
    took, cpu = perf_counter() - started, process_time() - cpu_started
    peak = (peak_bytes() - before) / 2**20
    rare = float((problem.y[bought.batch] == options.classes - 1).mean())
    return (
        f"{name:26} {model:20} {bought.fit_s:7.2f} {bought.score_s:7.2f} {bought.query_s:7.2f} "
        f"{took:7.2f} {cpu:7.2f} {peak:8.0f} {rare:6.1%}"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strategies", nargs="+", default=[*STRATEGIES], choices=[*STRATEGIES])
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--features", type=int, default=40)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--labelled", type=int, default=1000)
    parser.add_argument("--model")
    options = parser.parse_args()
    print(
        f"{'strategy':26} {'model':20} {'fit s':>7} {'score s':>7} {'query s':>7} {'all s':>7} "
        f"{'CPU s':>7} {'peak MB':>8} {'rare':>6}"
    )
    for name in options.strategies:  # one after another, each in a fresh process
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
            print(fresh.submit(measured, name, options).result(), flush=True)


if __name__ == "__main__":
    main()
