"""What pruning saves, and what it does to winners: the same studies with each rule and without.

    python -m tests.benchmarks.pruning ton_iot_network [--repeats 3] [--trials 20]

Studies of 20 trials, five folds, on rows bought at random; the same folds and start-up trials under
every rule. A rule saves fits, and seconds; it costs where the winner is another one: `kept` is the
share of studies whose winner is that of the study without pruning, `val` and `test` what the winner
scores then, mean over the studies, less what it scored without.
"""

from __future__ import annotations

import argparse
from itertools import product
from time import process_time

import numpy as np

from harness.problem_cache import ProblemCache
from harness.segment import StudySegment, Task
from harness.work import work
from tests.benchmarks.study import studies_of, winner

CLASSIFIERS = ("random_forest", "decision_tree")
RULES = (None, "median", "wilcoxon")
LABELS = (200, 500)
N_FOLDS = 5


def measured(planned, batches, problem):
    """Fits, CPU seconds, the number of the winner, its validation and its test score."""
    started = process_time()
    trials = work(Task(StudySegment(planned, batches, ()), float("inf")), problem)["trials"]
    took = process_time() - started
    metric = planned.acquisition.setting.tuning.metric
    n_fits = sum(
        len(row["fold_scores"]) if row["status"] == "pruned" else N_FOLDS + 1 for row in trials
    )
    best = trials[winner([row[f"val_{metric}"] for row in trials], metric)]
    return n_fits, took, best["params"], best[f"val_{metric}"], best[f"test_{metric}"]


def compared(dataset, classifier, n_repeats, n_trials):
    """By rule: what it saves and what it costs, over all studies of a classifier."""
    found = {rule: [] for rule in RULES}
    for n_labels, rule in product(LABELS, RULES):
        more = f", pruning: {rule}" if rule else ""
        studies, batches, prepared = studies_of(
            dataset, classifier, n_labels, n_trials, more, n_repeats
        )
        cache = ProblemCache(prepared)
        found[rule] += [measured(each, batches, cache.get) for each in studies]
    whole = found[None]
    for rule in RULES[1:]:
        pairs = list(zip(found[rule], whole, strict=True))
        yield {
            "classifier": classifier,
            "rule": rule,
            "studies": len(pairs),
            "fits": 1 - sum(a[0] for a, _ in pairs) / sum(b[0] for _, b in pairs),
            "seconds": 1 - sum(a[1] for a, _ in pairs) / sum(b[1] for _, b in pairs),
            "kept": np.mean([a[2] == b[2] for a, b in pairs]),
            "val": np.mean([a[3] - b[3] for a, b in pairs]),
            "test": np.mean([a[4] - b[4] for a, b in pairs]),
            "worst_test": min(a[4] - b[4] for a, b in pairs),
        }


def table(dataset, classifiers=CLASSIFIERS, n_repeats=3, n_trials=20):
    """Lines of Markdown."""
    yield (
        "| classifier | rule | studies | fits saved | CPU saved | same winner | its validation "
        "score | its test score | the worst of these |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    studies, batches, prepared = studies_of("ton_iot_synthetic", "decision_tree", 50, 2)
    measured(studies[0], batches, ProblemCache(prepared).get)  # imports: they are of no rule
    for classifier in classifiers:
        for row in compared(dataset, classifier, n_repeats, n_trials):
            yield (
                f"| {row['classifier']} | {row['rule']} | {row['studies']} | {row['fits']:.0%} | "
                f"{row['seconds']:.0%} | {row['kept']:.0%} | {row['val']:+.4f} | "
                f"{row['test']:+.4f} | {row['worst_test']:+.4f} |"
            )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", nargs="?", default="ton_iot_synthetic")
    parser.add_argument("--classifiers", nargs="+", default=CLASSIFIERS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--trials", type=int, default=20)
    options = parser.parse_args()
    for line in table(options.dataset, options.classifiers, options.repeats, options.trials):
        print(line, flush=True)


if __name__ == "__main__":
    main()
