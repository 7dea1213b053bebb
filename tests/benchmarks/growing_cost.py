"""What an acquisition costs as pools, labels and budgets grow.

    python -m tests.benchmarks.growing_cost ton_iot_network [--classifier random_forest]

One curve, least confidence, rounds of 50, min-max, float32, one thread; each is run once, in this
process, with preparing the problem told apart. `distinct` rows are those of pool and test that a
model is asked about at most.
"""

from __future__ import annotations

import argparse
from time import perf_counter, process_time

from harness import corpus
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.segment import AcquisitionSegment, StudySegment, Task
from harness.spec import read_sweep
from harness.work import work

ROWS = (20_000, 60_000, 200_000)
LABELS = (500, 1_000, 2_000, 4_000)
BUDGETS = 10


def planned(dataset, classifier, budgets, trials=1):
    """The acquisition of a sweep with these budgets, its studies, and its datasets."""
    sweep = read_sweep(
        f"""
        name: growing
        seed: 2026
        repeats: 1
        datasets: [{dataset}]
        classifiers: [{classifier}]
        scalers: [min_max]
        strategies: [least_confidence]
        budgets: {budgets}
        tuning: {{trials: {trials}}}
        """
    )
    prepared = corpus.load(sweep)
    plan = make_plan(sweep, prepared)
    return plan.acquisitions[0], plan.studies, prepared


def bought(dataset, classifier, n_labels):
    """Seconds of preparing and of all rounds, rows, and the distinct ones of them."""
    acquisition, _, prepared = planned(dataset, classifier, [n_labels])
    cache = ProblemCache(prepared)
    preparing, problems = [], []

    def problem_of(key, registry):
        started = perf_counter()
        problems.append(cache.get(key, registry))
        preparing.append(perf_counter() - started)
        return problems[0]

    started = perf_counter()
    segment = AcquisitionSegment(acquisition, (), n_labels, tested=False)
    found = work(Task(segment, float("inf")), problem_of)
    took = perf_counter() - started
    assert found["acquisitions"][0]["status"] == "done", found["acquisitions"][0]["error"]
    (problem,) = problems
    n_rows = len(problem.y) + len(problem.y_test)
    n_distinct = len(problem.pool.X) + len(problem.test.X)
    rounds = found["rounds"]
    return n_rows, n_distinct, preparing[0], took - preparing[0], len(rounds) - 1


def by_pool(dataset, classifier="random_forest", sizes=ROWS, n_labels=1_000):
    """Lines of Markdown: the same labels bought from pools of several sizes."""
    yield "| rows | distinct | preparing | all rounds | one round, mean |"
    yield "|---|---|---|---|---|"
    for n in sizes:
        of = f"{{name: {dataset}, rows: {n}}}" if n < max(sizes) else dataset
        n_rows, n_distinct, preparing, rounds_s, n_rounds = bought(of, classifier, n_labels)
        yield (
            f"| {n_rows:,} | {n_distinct:,} | {preparing:.1f} s | {rounds_s:.1f} s | "
            f"{rounds_s / n_rounds:.2f} s |"
        )


def by_labels(dataset, classifier="random_forest", labels=LABELS):
    """Lines of Markdown: several numbers of labels bought from one pool."""
    yield "| labels | rounds | all rounds | one round, mean |"
    yield "|---|---|---|---|"
    for n_labels in labels:
        *_, rounds_s, n_rounds = bought(dataset, classifier, n_labels)
        yield f"| {n_labels:,} | {n_rounds} | {rounds_s:.1f} s | {rounds_s / n_rounds:.2f} s |"


def of_budgets(dataset, classifier="random_forest", n_budgets=BUDGETS, n_trials=5):
    """Lines of Markdown: what one budget costs, and what several up to it cost."""
    yield "| budgets | acquisition, CPU | its studies, CPU | all |"
    yield "|---|---|---|---|"
    budgets = [100 * (i + 1) for i in range(n_budgets)]
    for asked in ([budgets[-1]], budgets):
        acquisition, studies, prepared = planned(dataset, classifier, asked, n_trials)
        problems = ProblemCache(prepared).get
        started = process_time()
        segment = AcquisitionSegment(acquisition, (), budgets[-1], tested=False)
        rounds = work(Task(segment, float("inf")), problems)["rounds"]
        buying_s, started = process_time() - started, process_time()
        for study in studies:
            batches = tuple(row["batch"] for row in rounds if row["n_labels"] <= study.budget)
            work(Task(StudySegment(study, batches, ()), float("inf")), problems)
        tuning_s = process_time() - started
        yield (
            f"| {len(asked)} | {buying_s:.1f} s | {tuning_s:.1f} s | {buying_s + tuning_s:.1f} s |"
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", nargs="?", default="ton_iot_synthetic")
    parser.add_argument("--classifier", default="random_forest")
    options = parser.parse_args()
    for lines in (by_pool, by_labels, of_budgets):
        for line in lines(options.dataset, options.classifier):
            print(line, flush=True)


if __name__ == "__main__":
    main()
