"""What the driver itself spends on a result: written, counted, the next segment queued.

`python -m tests.benchmarks.driver_rate` does a sweep of null trials once in this process, keeps
what every segment gave, and lets a real driver take it in again from an executor that has nothing
to compute: so many segments at a time. No Ray is in these figures. docs/scale.md has them, and
`cluster/forecast/costs.py` uses them. `--ray` adds what Ray takes on top: to hand a task over, to
get its rows, and to be asked what is ready while many tasks wait.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import psutil
import yaml

from harness import corpus
from harness.executor import Finished, InlineExecutor, first_of
from harness.plan import make_plan
from harness.run import Driver, Watch, run
from harness.segment import kind
from harness.shipped import open_sweep
from harness.store import RunFolder
from tests.benchmarks.null_trials import SWEEP


class Recorder(InlineExecutor):
    """Computes, and keeps what came of it."""

    def __init__(self, corpus):
        super().__init__(corpus)
        self.kept = {}

    def wait(self, timeout_s):
        """As inline, and remember."""
        found = super().wait(timeout_s)
        for finished in found:
            self.kept[_name(finished.task)] = finished.rows
        return found


class Replay:
    """Gives back what was kept, `at_once` segments in one answer."""

    def __init__(self, kept, at_once):
        self.kept, self.at_once, self.tasks, self.n_segments = kept, at_once, [], 0

    def next_of(self, ready):
        """As long as there is room."""
        return first_of(ready) if len(self.tasks) < self.at_once else None

    def start(self, task):
        """Take the task."""
        self.tasks.append(task)
        self.n_segments += 1

    def wait(self, timeout_s):  # noqa: ARG002 - nothing to wait for
        """All that was started."""
        tasks, self.tasks = self.tasks, []
        return [Finished(task, self.kept[_name(task)]) for task in tasks]

    def withdraw(self):
        """Nothing is stopped here."""
        return []

    def close(self):
        """Nothing is held."""


def through_ray():
    """Print what a task costs this process when Ray carries it, and what waiting for many does."""
    import ray

    from cluster.connection import connect

    connect(None, 2)
    rows = [{f"column_{i}": 0.5 for i in range(60)} for _ in range(10)]  # as of a study's segment
    given = ray.remote(lambda _: {"trials": rows})
    for _ in range(2):  # the first time processes start
        started = time.monotonic()
        refs = [given.remote(rows) for _ in range(500)]
        handed = time.monotonic()
        ray.wait(refs, num_returns=len(refs))
        back = time.monotonic()
        for ref in refs:
            ray.get(ref)
        got = time.monotonic()
    hand_ms, get_ms = 2 * (handed - started), 2 * (got - back)
    print(f"Ray: {hand_ms:.2f} ms to hand a task over, {get_ms:.2f} to get its rows")
    print(f"Ray: {500 / (got - started):.0f} tasks/s through two workers that do nothing")
    forever = ray.remote(lambda: time.sleep(3_600))
    refs = []
    for n in (1_000, 4_000, 16_000):
        refs += [forever.remote() for _ in range(n - len(refs))]
        time.sleep(1)
        started = time.monotonic()
        for _ in range(5):
            ray.wait(refs, num_returns=1, timeout=0)
            ray.wait(refs, num_returns=len(refs), timeout=0)
        print(f"Ray: {(time.monotonic() - started) / 5 * 1e3:.1f} ms to ask what of {n:,} is ready")
    ray.shutdown()


def _name(task):
    segment = task.segment
    return kind(segment), segment.work.id, segment.unit


def main():
    """Print seconds by segments at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5_000, help="a multiple of 100")
    parser.add_argument("--ray", action="store_true", help="also what Ray takes")
    options = parser.parse_args()
    if options.ray:
        through_ray()
    quiet = Watch(lambda _: None, lambda: False)
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "null.yaml"
        text = yaml.safe_dump(SWEEP | {"repeats": options.trials // 100})
        path.write_text(text, encoding="utf-8")
        sweep = open_sweep(str(path))
        prepared = corpus.load(sweep)
        recorder = Recorder(prepared)
        for at_once in (0, 1, 4, 16, 64, 256):
            executor = Replay(recorder.kept, at_once) if at_once else recorder
            folder = RunFolder.create(Path(made) / f"run-{at_once}")
            with folder.writing():
                before = psutil.Process().memory_info().rss
                driver = Driver(make_plan(sweep, prepared), prepared, folder, executor, 5.0)
                started, cpu = time.monotonic(), time.process_time()
                done = run(driver, quiet)
                took, used = time.monotonic() - started, time.process_time() - cpu
            trials, grown = done.standing.trials[0], psutil.Process().memory_info().rss - before
            if at_once:
                print(
                    f"{at_once:3} segments at a time: {trials:,} trials in "
                    f"{executor.n_segments:,} segments, {trials / took:,.0f} trials/s; "
                    f"{1e3 * took / executor.n_segments:.1f} ms a segment "
                    f"(CPU {1e3 * used / executor.n_segments:.1f}); {grown / 2**20:.0f} MiB more"
                )


if __name__ == "__main__":
    main()
