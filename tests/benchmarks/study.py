"""A whole study: our trials against a plain loop of scikit-learn calls on the same proposals.

    python -m tests.benchmarks.study ton_iot_network [--labels 500] [--trials 20] [--times 3]

Both tune random_forest on the same labelled rows (bought at random, min-max, float32, one thread)
with the proposals of one seeded TPE. A plain trial is what one writes with scikit-learn alone:
`cross_val_predict` on the same folds, a fit on all labelled rows, `predict_proba` of all test rows,
and the metrics of `harness.metrics` on either: as many fits and scores as `cross_val_score`, whose
mean over folds is another number than ours, which is of all rows out of fold together. The plain
loop is given its proposals for nothing; ours makes them, and measures what each model costs, which
the plain loop does not. Preparing the problem is counted on neither side.

Both run in turn in one process, `--times` times each; ratios are of medians. Exits with 1 where a
validation or test score or the winner differs. Of ours it says what share of the time went where.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from threadpoolctl import threadpool_limits

from harness import corpus, environment, study, work
from harness.learner import Learner
from harness.plan import make_plan
from harness.pool import Pool
from harness.problem_cache import ProblemCache
from harness.registry import Registry
from harness.schema import LOWER_IS_BETTER
from harness.segment import StudySegment, Task, problem_key
from harness.spec import read_sweep

LABELS, TRIALS = 500, 20
SHARES = ("propose", "folds_fit", "folds_score", "fit", "test", "metrics", "cost", "other")


def studies_of(dataset, classifier, n_labels, n_trials, more="", n_repeats=1):
    """The studies that a sweep plans, one a repeat, the rows they work on, and their datasets."""
    sweep = read_sweep(
        f"""
        name: study
        seed: 2026
        repeats: {n_repeats}
        datasets: [{dataset}]
        classifiers: [{classifier}]
        scalers: [min_max]
        strategies: [random]
        budgets: [{n_labels}]
        labelling: {{initial: {n_labels}, batch: 50}}
        tuning: {{trials: {n_trials}{more}}}
        """
    )
    prepared = corpus.load(sweep)
    return make_plan(sweep, prepared).studies, (np.arange(n_labels),), prepared


def forest(seed, params):
    """scikit-learn's, with the hyperparameters of a trial."""
    from sklearn.ensemble import RandomForestClassifier

    own = {name.removeprefix("classifier."): value for name, value in params.items()}
    return RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=seed, **own)


@dataclass
class Rows:
    """What either side works on."""

    X: np.ndarray
    y: np.ndarray
    folds: list
    X_test: np.ndarray
    problem: object
    seed: int


def rows_of(planned, problem):
    """The labelled rows with their folds, and every test row."""
    labelled = np.arange(planned.budget)
    pool = Pool.unlabelled_of(len(problem.y)).label(labelled, len(labelled))
    bench = study.Bench(planned, problem, pool)
    setting, name = planned.acquisition.setting, planned.acquisition.curve.dataset.name
    seed = work.integer(setting.seed, "model", name, planned.acquisition.repeat)
    X_test = np.ascontiguousarray(problem.test.X[problem.test.of])
    return Rows(problem.X[labelled], problem.y[labelled], bench.folds, X_test, problem, seed)


def plain_trial(rows, params, metric):
    """Validation and test score of `metric`, as a user of scikit-learn would find them."""
    from sklearn.model_selection import cross_val_predict

    problem, n_classes = rows.problem, rows.problem.n_classes

    def judged(y, found, classes):
        p = np.zeros((len(y), n_classes))
        p[:, classes] = found
        return study.score(y, p.argmax(axis=1), p, n_classes)

    model = forest(rows.seed, params)
    out_of_fold = cross_val_predict(model, rows.X, rows.y, cv=rows.folds, method="predict_proba")
    held = np.concatenate([held for _, held in rows.folds])
    validated = judged(rows.y[held], out_of_fold[held], np.unique(rows.y))
    model.fit(rows.X, rows.y)
    found = model.predict_proba(rows.X_test)
    tested = judged(problem.y_test, found, model.classes_)
    judged(problem.y_test[problem.is_novel], found[problem.is_novel], model.classes_)
    study.confusion(problem.y_test, model.classes_[found.argmax(axis=1)], n_classes).tolist()
    return validated[metric], tested[metric]


class Watch:
    """Seconds spent inside functions, by what for; of nested ones the outer counts."""

    def __init__(self):
        self.seconds = dict.fromkeys(SHARES, 0.0)
        self._depth = 0
        self._undo = []

    def of(self, owner, name, part):
        """Count calls of `owner.name`; `part` is a name, or a function of the first argument."""
        original = getattr(owner, name)

        def timed(*arguments, **named):
            started, self._depth = perf_counter(), self._depth + 1
            try:
                return original(*arguments, **named)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.seconds[part(arguments)] += perf_counter() - started

        setattr(owner, name, timed)
        self._undo.append((owner, name, original))

    def close(self):
        for owner, name, original in reversed(self._undo):
            setattr(owner, name, original)


def ours(planned, batches, problem, *, watched=False):
    """The rows of the study's trials, and seconds by what they went into."""
    watch = Watch()
    if watched:
        n_all = planned.budget
        watch.of(work, "propose", lambda _: "propose")
        watch.of(Learner, "fit_batches", lambda a: "fit" if len(a[1]) == n_all else "folds_fit")
        watch.of(study, "_scored", lambda _: "folds_score")
        watch.of(study.Answers, "test", lambda _: "test")
        watch.of(study, "score", lambda _: "metrics")
        watch.of(study, "confusion", lambda _: "metrics")
        watch.of(study, "cost", lambda _: "cost")
    try:
        started = perf_counter()
        found = work.work(
            Task(StudySegment(planned, batches, ()), float("inf")), lambda *_: problem
        )
        whole = perf_counter() - started
    finally:
        watch.close()
    watch.seconds["other"] = whole - sum(watch.seconds.values())
    return found["trials"], watch.seconds


def winner(values, metric):
    """The number of the best trial, the earlier of equals."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    return int(np.argmax([-np.inf if value is None else sign * value for value in values]))


def clocked(call):
    """What it gives, its seconds, and its CPU seconds."""
    started, cpu_started = perf_counter(), process_time()
    found = call()
    return found, perf_counter() - started, process_time() - cpu_started


def compared(dataset, n_labels=LABELS, n_trials=TRIALS, times=3):
    """One row of the table."""
    (planned,), batches, prepared = studies_of(dataset, "random_forest", n_labels, n_trials)
    key = problem_key(StudySegment(planned, batches, ()))
    metric = planned.acquisition.setting.tuning.metric
    one, other = [], []
    for _ in range(times):
        # A new problem each time: what is made for the first who asks is made again.
        problem = ProblemCache(prepared).get(key, Registry())
        (trials, _), took, cpu = clocked(lambda p=problem: ours(planned, batches, p))
        other.append((took, cpu))
        params = [json.loads(row["params"]) for row in trials]
        with threadpool_limits(1), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that a fold lacks
            rows = rows_of(planned, problem)
            found, took, cpu = clocked(
                lambda r=rows, each=params: [plain_trial(r, p, metric) for p in each]
            )
        one.append((took, cpu))
    problem = ProblemCache(prepared).get(key, Registry())
    _, seconds = ours(planned, batches, problem, watched=True)
    whole = sum(seconds.values())
    validated = [row[f"val_{metric}"] for row in trials]
    (plain_s, plain_cpu), (s, cpu) = (np.median(each, axis=0) for each in (one, other))
    return {
        "dataset": dataset,
        "labels": n_labels,
        "trials": n_trials,
        "plain_s": plain_s,
        "ours_s": s,
        "ratio": plain_s / s,
        "ratio_cpu": plain_cpu / cpu,
        "spread": (max(t for t, _ in other) - min(t for t, _ in other)) / s,
        "equal_validation": sum(a == b for a, (b, _) in zip(validated, found, strict=True)),
        "equal_test": sum(
            row[f"test_{metric}"] == b for row, (_, b) in zip(trials, found, strict=True)
        ),
        "same_winner": winner(validated, metric) == winner([v for v, _ in found], metric),
        "shares": {name: seconds[name] / whole for name in SHARES},
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="*", default=["ton_iot_synthetic"])
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    environment.describe()  # looked up once a process
    are_equal = []
    for dataset in options.datasets:
        row = compared(dataset, options.labels, options.trials, options.times)
        print(
            f"{dataset}: {options.trials} trials on {options.labels} rows: "
            f"plain {row['plain_s']:.2f} s, ours {row['ours_s']:.2f} s ({row['ratio']:.2f}x; "
            f"of CPU {row['ratio_cpu']:.2f}x; spread {row['spread']:.0%})\n  "
            f"equal: validation {row['equal_validation']}, test {row['equal_test']}, "
            f"winner {row['same_winner']}\n  "
            + ", ".join(f"{name} {share:.1%}" for name, share in row["shares"].items()),
            flush=True,
        )
        are_equal.append(
            row["same_winner"] and row["equal_validation"] == row["equal_test"] == options.trials
        )
    sys.exit(0 if all(are_equal) else 1)


if __name__ == "__main__":
    main()
