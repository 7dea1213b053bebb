"""Whole acquisitions, preparation included: our inline loop against a plain scikit-learn loop.

    python -m tests.benchmarks.loop ton_iot_network kddcup99 [--classifiers knn svc] [--times 3]

Both buy the least confident rows in rounds of 50 after 50 initial ones, one thread, float32,
min-max, and test after every round with the same metrics (`plain_loop.py`). They run in turn in one
process, `--times` times each; the table has medians, the ratio of the two medians, and that of the
medians of CPU seconds: on a shared machine only ratios can be believed, and that one most. Exits
with 1 where the two buy different rows, or score otherwise.

Of ours it says what share of the time went where: into fits, into scores (candidates and test
rows), into metrics, into measuring what the model costs (size and latencies, which the plain loop
does not), into preparing the problem, and into everything else.

ToN-IoT (without identifiers) and KDD99 10 % are imported from $FEWLABELS_TEST_DATA into a temporary
cache; without it, `ton_iot_synthetic` is what can be run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from datasets import DATASETS
from harness import corpus, environment, study
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.segment import AcquisitionSegment, Task, problem_key
from harness.spec import read_sweep
from harness.work import work
from tests.benchmarks.plain_loop import CLASSIFIERS, plain_loop

FILES = {"ton_iot_network": "ton_iot_network", "kddcup99": "kddcup99"}  # under the real data
ROUNDS, BATCH = 20, 50
SHARES = ("fit", "score", "metrics", "cost", "prepare", "other")


def acquisition_of(dataset, classifier, n_rounds):
    """What a sweep of one curve plans, and its datasets."""
    sweep = read_sweep(
        f"""
        name: loop
        seed: 2026
        repeats: 1
        datasets: [{dataset}]
        classifiers: [{classifier}]
        scalers: [min_max]
        strategies: [least_confidence]
        budgets: [{BATCH * (n_rounds + 1)}]
        labelling: {{initial: {BATCH}, batch: {BATCH}}}
        evaluate: every_round
        """
    )
    prepared = corpus.load(sweep)
    return make_plan(sweep, prepared).acquisitions[0], prepared


@contextmanager
def watched(seconds, *names):
    """Add up what functions of `harness.study` take."""
    before = {name: getattr(study, name) for name in names}

    def timed(name, *arguments):
        started = perf_counter()
        try:
            return before[name](*arguments)
        finally:
            seconds[name] = seconds.get(name, 0.0) + perf_counter() - started

    for name in names:
        setattr(study, name, partial(timed, name))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(study, name, function)


def ours(acquisition, prepared):
    """Batches, test scores, seconds in all, and seconds by what they went into."""
    seconds = {}
    cache = ProblemCache(prepared)

    def problem_of(key, registry):
        started = perf_counter()
        problem = cache.get(key, registry)
        seconds["prepare"] = perf_counter() - started
        return problem

    segment = AcquisitionSegment(acquisition, (), acquisition.budgets[-1], tested=True)
    with watched(seconds, "score", "confusion", "cost"):
        started = perf_counter()
        found = work(Task(segment, float("inf")), problem_of)
        whole = perf_counter() - started
    (ended,) = found["acquisitions"]
    if ended["status"] != "done":
        sys.exit(ended["error"])
    tests = found["evaluations"]
    parts = {
        "fit": sum(row["fit_s"] for row in tests),  # each pool is tested: every fit, once
        "score": sum(row["score_s"] for row in found["rounds"])
        + sum(row["predict_s"] for row in tests),
        "metrics": seconds["score"] + seconds["confusion"],
        "cost": seconds["cost"],
        "prepare": seconds["prepare"],
    }
    parts["other"] = whole - sum(parts.values())
    batches = [row["batch"] for row in found["rounds"][1:]]
    return batches, [row["test_macro_f1"] for row in tests], whole, parts


def compared(dataset, make, n_rounds, times):
    """A line of the table; whether picks and test scores were equal."""
    acquisition, prepared = acquisition_of(dataset, make.__name__, n_rounds)
    key = problem_key(AcquisitionSegment(acquisition, (), 0, tested=True))
    rows = prepared[key.dataset.label]
    took, plain_took, cpu, plain_cpu, shares = [], [], [], [], []
    for _ in range(times):
        with threadpool_limits(1), sklearn.config_context(), np.errstate(all="ignore"):
            started, cpu_started = perf_counter(), process_time()
            plain = plain_loop(key, rows, make, n_rounds)
            plain_took.append(perf_counter() - started)
            plain_cpu.append(process_time() - cpu_started)
        cpu_started = process_time()
        batches, scores, whole, parts = ours(acquisition, prepared)
        cpu.append(process_time() - cpu_started)
        took.append(whole)
        shares.append({name: parts[name] / whole for name in SHARES})
    equal = sum(a == b for a, b in zip(batches, plain.batches, strict=True))
    same = sum(a == b for a, b in zip(scores, plain.scores, strict=True))
    one, other = statistics.median(plain_took), statistics.median(took)
    of_cpu = statistics.median(plain_cpu) / statistics.median(cpu)
    share = {name: statistics.median(each[name] for each in shares) for name in SHARES}
    spread = (max(took) - min(took)) / other
    print(
        f"{dataset:18} {make.__name__:20} {one:8.2f} {other:8.2f} {one / other:6.2f}x "
        f"{of_cpu:6.2f}x {spread:6.0%} {equal:3}/{n_rounds} {same:3}/{n_rounds + 1}  "
        + " ".join(f"{share[name]:7.1%}" for name in SHARES),
        flush=True,
    )
    return equal == n_rounds and same == n_rounds + 1


def imported(dataset):
    """Bring the real files of a dataset into the cache."""
    if dataset in FILES:
        data = os.environ.get("FEWLABELS_TEST_DATA")
        if not data:
            sys.exit(f"{dataset}: set $FEWLABELS_TEST_DATA, or measure ton_iot_synthetic")
        DATASETS[dataset].import_file(Path(data) / FILES[dataset])
    return dataset


def main():
    names = [make.__name__ for make in CLASSIFIERS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="*", default=["ton_iot_synthetic"])
    parser.add_argument("--classifiers", nargs="+", default=names, choices=names)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    environment.describe()  # looked up once a process
    print(
        f"{'dataset':18} {'classifier':20} {'plain s':>8} {'ours s':>8} {'ratio':>7} "
        f"{'of CPU':>7} {'spread':>6} {'picks':>6} {'scores':>6}  "
        + " ".join(f"{name:>7}" for name in SHARES)
    )
    with tempfile.TemporaryDirectory() as cache:
        os.environ["FEWLABELS_CACHE"] = cache
        equal = [
            compared(dataset, make, arguments.rounds, arguments.times)
            for dataset in map(imported, arguments.datasets)
            for make in CLASSIFIERS
            if make.__name__ in arguments.classifiers
        ]
    sys.exit(0 if all(equal) else 1)


if __name__ == "__main__":
    main()
