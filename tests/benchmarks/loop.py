"""Whole acquisitions, preparation included: our inline loop against a plain scikit-learn loop.

    python -m tests.benchmarks.loop ton_iot_network kddcup99 [--classifiers knn svc] [--times 3]
    python -m tests.benchmarks.loop ton_iot_network --against activeml

Both buy the least confident rows in rounds of 50 after 50 initial ones, one thread, float32,
min-max, and test after every round with the same metrics (`plain_loop.py`). They run in turn in one
process, `--times` times each; the table has medians, the ratio of the two medians, and that of the
medians of CPU seconds: on a shared machine only ratios can be believed, and that one most. Exits
with 1 where the two buy different rows, or score otherwise.

`--against activeml` takes scikit-activeml for the other loop (`activeml_loop.py`). It breaks ties
at random, ours by the pool's order, so the two buy the same rows only where nothing ties: the
columns of equal picks and scores are told, and decide nothing.

Of ours it says what share of the time went where: into fits, into scores (candidates and test
rows), into metrics, into measuring what the model costs (size and latencies, which the other loop
does not), into preparing the problem, and into everything else. `floor` is the ratio that the other
loop would have to one that does nothing but its fits, and scores each distinct row once a round:
its own seconds for these, its scores by the share of distinct rows. Ratios go beyond it where rows
that a model does not tell apart are scored together.

ToN-IoT (without identifiers) and KDD99 10 % are imported from $FEWLABELS_TEST_DATA into a temporary
cache; without it, `ton_iot_synthetic` is what can be run.

Reading a dataset and finding its equal rows happens once for all its acquisitions, and is counted
on neither side, though a plain loop has no need of the latter but to tell novel test rows:
`once_s` measures it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from datasets import DATASETS
from harness import corpus, environment, study
from harness.features import twins
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.segment import AcquisitionSegment, Task, problem_key
from harness.spec import read_sweep
from harness.work import work
from tests.benchmarks.activeml_loop import activeml_loop
from tests.benchmarks.plain_loop import CLASSIFIERS, plain_loop

FILES = {"ton_iot_network": "ton_iot_network", "kddcup99": "kddcup99"}  # under the real data
PARAMS = {"kddcup99": {"task": "binary"}}
LOOPS = {"plain": plain_loop, "activeml": activeml_loop}
ROUNDS, BATCH = 20, 50
SHARES = ("fit", "score", "metrics", "cost", "prepare", "other")


def acquisition_of(dataset, classifier, n_rounds):
    """What a sweep of one curve plans, and its datasets."""
    sweep = read_sweep(
        f"""
        name: loop
        seed: 2026
        repeats: 1
        datasets: [{json.dumps({"name": dataset, **PARAMS.get(dataset, {})})}]
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


@dataclass(frozen=True)
class Line:
    """A line of the table: one classifier on one dataset."""

    dataset: str
    classifier: str
    other_s: float  # median of the loop that ours is compared with
    ours_s: float
    cpu_ratio: float  # of the medians of CPU seconds
    spread: float  # (slowest - fastest) / median, of ours
    same_picks: int  # rounds that bought the same rows in the same order
    same_scores: int  # tests with the same macro-F1, one more than there are rounds
    n_rounds: int
    shares: dict[str, float]  # of `SHARES`: median shares of our seconds
    floor: float  # the ratio of a loop that only fits, and scores distinct rows once

    @property
    def ratio(self) -> float:
        return self.other_s / self.ours_s

    @property
    def is_equal(self) -> bool:
        return self.same_picks == self.n_rounds and self.same_scores == self.n_rounds + 1


def compared(dataset, make, n_rounds, times, against="plain") -> Line:
    """Run the loop `against` and ours in turn."""
    acquisition, prepared = acquisition_of(dataset, make.__name__, n_rounds)
    key = problem_key(AcquisitionSegment(acquisition, (), 0, tested=True))
    rows = prepared[key.dataset.label]
    distinct = len(np.unique(rows.twins)) / len(rows.twins)
    took, other_took, cpu, other_cpu, shares, floors = [], [], [], [], [], []
    for _ in range(times):
        with threadpool_limits(1), sklearn.config_context(), np.errstate(all="ignore"):
            started, cpu_started = perf_counter(), process_time()
            other = LOOPS[against](key, rows, make, n_rounds)
            other_took.append(perf_counter() - started)
            other_cpu.append(process_time() - cpu_started)
        floor_s = other.seconds["fit"] + other.seconds["score"] * distinct
        floors.append(other_took[-1] / floor_s)
        cpu_started = process_time()
        batches, scores, whole, parts = ours(acquisition, prepared)
        cpu.append(process_time() - cpu_started)
        took.append(whole)
        shares.append({name: parts[name] / whole for name in SHARES})
    return Line(
        dataset=dataset,
        classifier=make.__name__,
        other_s=statistics.median(other_took),
        ours_s=statistics.median(took),
        cpu_ratio=statistics.median(other_cpu) / statistics.median(cpu),
        spread=(max(took) - min(took)) / statistics.median(took),
        same_picks=sum(a == b for a, b in zip(batches, other.batches, strict=True)),
        same_scores=sum(a == b for a, b in zip(scores, other.scores, strict=True)),
        n_rounds=n_rounds,
        shares={name: statistics.median(each[name] for each in shares) for name in SHARES},
        floor=statistics.median(floors),
    )


def lines(datasets, classifiers, n_rounds, times, against="plain") -> Iterator[Line]:
    """Every line of the table, one after the other: what may be printed, or written to a page."""
    environment.describe()  # looked up once a process
    with tempfile.TemporaryDirectory() as cache:
        before = os.environ.get("FEWLABELS_CACHE")
        os.environ["FEWLABELS_CACHE"] = cache
        try:
            for dataset in map(imported, datasets):
                for make in CLASSIFIERS:
                    # scikit-activeml asks for probabilities, which svc has none of.
                    has_loop = against == "plain" or make.__name__ != "svc"
                    if make.__name__ in classifiers and has_loop:
                        yield compared(dataset, make, n_rounds, times, against)
        finally:
            del os.environ["FEWLABELS_CACHE"]
            if before is not None:
                os.environ["FEWLABELS_CACHE"] = before


def once_s(dataset) -> tuple[float, float]:
    """Seconds of reading an imported dataset, and of finding its equal rows."""
    started = perf_counter()
    table = DATASETS[dataset].prepare(**PARAMS.get(dataset, {}))
    read = perf_counter()
    twins(table)
    return read - started, perf_counter() - read


def printed(line: Line) -> None:
    print(
        f"{line.dataset:18} {line.classifier:20} {line.other_s:8.2f} {line.ours_s:8.2f} "
        f"{line.ratio:6.2f}x {line.cpu_ratio:6.2f}x {line.floor:6.2f}x {line.spread:6.0%} "
        f"{line.same_picks:3}/{line.n_rounds} {line.same_scores:3}/{line.n_rounds + 1}  "
        + " ".join(f"{line.shares[name]:7.1%}" for name in SHARES),
        flush=True,
    )


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
    parser.add_argument("--against", choices=LOOPS, default="plain")
    asked = parser.parse_args()
    print(
        f"{'dataset':18} {'classifier':20} {asked.against + ' s':>8} {'ours s':>8} {'ratio':>7} "
        f"{'of CPU':>7} {'floor':>7} {'spread':>6} {'picks':>6} {'scores':>6}  "
        + " ".join(f"{name:>7}" for name in SHARES)
    )
    are_equal = True
    for line in lines(asked.datasets, asked.classifiers, asked.rounds, asked.times, asked.against):
        printed(line)
        are_equal &= line.is_equal
    sys.exit(0 if are_equal or asked.against != "plain" else 1)


if __name__ == "__main__":
    main()
