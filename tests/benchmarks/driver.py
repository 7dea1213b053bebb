"""The driver alone: trials a second and memory, with workers that answer at once.

`python -m tests.benchmarks.driver --trials 100000` plans a sweep, and answers each task of the real
driver with rows that were made before: what is measured is handing over, Parquet and counting.
docs/scale.md has the figures.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import psutil
import yaml

from harness import corpus
from harness.corpus import dataset_row
from harness.executor import Finished, first_of
from harness.ledger import Ledger
from harness.plan import Plan, make_plan
from harness.run import Driver, Progress, Watch, run
from harness.schema import Row
from harness.segment import ReferenceSegment, Rowset, StudySegment, Task
from harness.spec import read_sweep
from harness.store import RunFolder
from tests.benchmarks.large_run import Maker

SWEEP = {
    "name": "driver",
    "datasets": [{"name": "ton_iot_synthetic", "rows": 2_000}],
    "classifiers": ["random_forest", "knn"],
    "scalers": ["standard"],
    "resamplers": ["none"],
    "strategies": ["random", "margin", "entropy", "least_confidence", "k_center"],
    "budgets": [100, 200, 300, 400, 500],
    "labelling": {"initial": 100, "batch": 25},
    "tuning": {"trials": 20},
}
TRIALS_OF_A_REPEAT = 1_000
LOOK_S = 10.0


class Answering:
    """An `Executor` whose workers take no time: rows are copies of a few, with scores of their own.

    `spent_s` is what copying takes, which is no work of the driver's.
    """

    def __init__(self, plan: Plan, dataset: Row, places: int, together: int) -> None:
        """Hold `places` tasks; give `together` of them back at a time."""
        self._places, self._together, self.spent_s = places, together, 0.0
        self._maker, self._rng = Maker(plan, dataset), np.random.default_rng(5)
        self._tasks: deque[Task] = deque()
        self._rounds = list(self._maker.rounds(plan.acquisitions[0]))
        self._reference = self._maker.reference(plan.references[0])
        self._trials: dict[tuple[str, ...], list[Row]] = {}

    def next_of(self, ready: Mapping[str, int]) -> str | None:
        """While there is a place."""
        return first_of(ready) if len(self._tasks) < self._places else None

    def start(self, task: Task) -> None:
        """Take it."""
        self._tasks.append(task)

    def wait(self, timeout_s: float) -> Sequence[Finished]:  # noqa: ARG002 - they take no time
        """The first few."""
        began = time.perf_counter()
        few = [self._tasks.popleft() for _ in range(min(self._together, len(self._tasks)))]
        finished = [Finished(task, self._rows(task)) for task in few]
        self.spent_s += time.perf_counter() - began
        return finished

    def _rows(self, task: Task) -> Rowset:
        segment = task.segment
        if isinstance(segment, ReferenceSegment):
            return {"references": [self._reference | {"reference_id": segment.reference.id}]}
        if isinstance(segment, StudySegment):
            return {"trials": [self._own(row, segment) for row in self._trials_of(segment)]}
        acquisition = segment.work
        own = {"acquisition_id": acquisition.id, "repeat": acquisition.repeat}
        rounds = [row | own | acquisition.curve.labels for row in self._rounds]
        return {
            "rounds": rounds,
            "acquisitions": [self._maker.acquisition(acquisition, len(rounds))],
        }

    def _trials_of(self, segment: StudySegment) -> list[Row]:
        labels = tuple(segment.study.acquisition.curve.labels.values())
        if labels not in self._trials:
            self._trials[labels] = list(self._maker.trials(segment.study))
        return self._trials[labels]

    def _own(self, row: Row, segment: StudySegment) -> Row:
        study, scores = segment.study, [name for name, of in row.items() if type(of) is float]
        return {
            **row,
            **dict(zip(scores, self._rng.random(len(scores)).tolist(), strict=True)),
            "study_id": study.id,
            "acquisition_id": study.acquisition.id,
            "repeat": study.acquisition.repeat,
            "budget": study.budget,
            "params": json.dumps({"classifier.parameter": self._rng.random()}),
        }

    def withdraw(self) -> Sequence[Task]:
        """Give back what is queued."""
        queued = list(self._tasks)
        self._tasks.clear()
        return queued

    def close(self) -> None:
        """Nothing is held."""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000, help="a multiple of 1,000")
    parser.add_argument("--places", type=int, default=256, help="tasks handed over at a time")
    parser.add_argument("--together", type=int, default=4, help="results that come at a time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        measure(Path(made) / "run", given)


def measure(root: Path, given: argparse.Namespace) -> None:
    """Plan, run, and read as a resume does."""
    sweep = read_sweep(yaml.safe_dump(SWEEP | {"repeats": given.trials // TRIALS_OF_A_REPEAT}))
    prepared = corpus.load(sweep)
    print(f"before the plan: {mib():.0f} MiB")
    began = time.perf_counter()
    plan = make_plan(sweep, prepared)
    (dataset,) = (dataset_row(p, sweep.registry, sweep.setting) for p in prepared.values())
    executor = Answering(plan, dataset, given.places, given.together)
    folder = RunFolder.create(root)
    with folder.writing():
        driver = Driver(plan, prepared, folder, executor, 30.0)
        before, began_at = mib(), time.perf_counter()
        print(f"planned in {began_at - began:.1f} s: {before:.0f} MiB")
        told = began_at

        def tell(ask: Callable[[], Progress]) -> None:
            nonlocal told
            if (now := time.perf_counter()) - told < LOOK_S:
                return
            done = ask().standing
            told = time.perf_counter()
            print(
                f"  {now - began_at:6.0f} s: {done.acquisitions[0]} acquisitions, {done.trials[0]} "
                f"trials, {mib():.0f} MiB; counting them took {told - now:.2f} s",
                flush=True,
            )

        done = run(driver, Watch(tell, lambda: False)).standing.trials[0]
        took_s = time.perf_counter() - began_at - executor.spent_s
    files = sum(1 for _ in root.rglob("*.parquet"))
    print(
        f"{done} trials in {took_s:.0f} s of the driver's, {done / took_s:.0f} a second; "
        f"memory grew by {mib() - before:.0f} MiB; {files} files"
    )
    began = time.perf_counter()
    Ledger.read(plan, RunFolder.open(root))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"read for a resume in {time.perf_counter() - began:.1f} s; peak {peak:.0f} MiB")


def mib() -> float:
    """Of this process in memory."""
    return psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    main()
