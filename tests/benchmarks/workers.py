"""Two workers against one, and the memory of eight: what a node gives when tasks share it.

    python -m tests.benchmarks.workers ton_iot_network [--curves 12] [--memory]

Curves of random forests that differ in nothing but a limit of depth which no tree comes near, with
least confidence, on one repeat: equal work, bound by the CPU. `speed` counts rounds a second from
when every worker has given its first rows until the last of them are awaited: starting Ray,
importing and preparing are not in it.

`memory` runs eight such curves at once and looks at their processes ten times a second. A process's
own memory is what belongs to no file (`Anonymous` in Linux' accounts); the prepared problem in the
object store counts once. What a process owns on a tiny dataset, with the same libraries and
classifiers, is subtracted: the interpreter and the libraries are not data. What is left, at its
highest, is compared with one copy of the prepared problem and eight models; a second ratio counts
on both sides the dataset's table, which lies there too, for all repeats and scalers of a sweep.
Before, while the tasks wait, another process prepares for all: what it needs then is told apart,
and what it keeps afterwards counts with the tasks.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import re
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from cluster import problems
from cluster.ray_executor import RayExecutor
from harness import corpus
from harness.plan import make_plan
from harness.problem import prepare
from harness.registry import Registry
from harness.run import Driver, Watch, run
from harness.segment import AcquisitionSegment, problem_key
from harness.spec import read_sweep
from harness.store import RunFolder

LOOK_S = 0.1
TINY = "{name: ton_iot_synthetic, rows: 600}"


def sweep_of(dataset, n_curves, n_labels):
    curves = ", ".join(
        f"{{name: random_forest, as: forest_{i:02}, params: {{max_depth: {60 + i}}}}}"
        for i in range(n_curves)
    )
    return read_sweep(
        f"""
        name: workers
        seed: 2026
        repeats: 1
        datasets: [{dataset}]
        classifiers: [{curves}]
        scalers: [min_max]
        strategies: [least_confidence]
        budgets: [{n_labels}]
        evaluate: every_round
        tuning: {{trials: 1}}
        reference: {{classifier: forest_00, scaler: min_max, every_pipeline: false}}
        """
    )


@contextlib.contextmanager
def ray_with(n_cpus):
    """A local Ray of so many CPUs."""
    import ray

    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    ray.init(address="local", num_cpus=n_cpus, **quiet)
    try:
        yield
    finally:
        ray.shutdown()


@contextlib.contextmanager
def sharing(is_on):
    """Problems of any size in the object store, or none."""
    least, problems.LEAST_BYTES = problems.LEAST_BYTES, 0 if is_on else math.inf
    try:
        yield
    finally:
        problems.LEAST_BYTES = least


@dataclass
class Look:
    """Memory of the worker processes of Ray, as long as the `with` block goes on."""

    each: float = 0.0  # bytes of a process that are not counted
    tasks: float = 0.0  # bytes, of all that have worked so far together, at their highest
    preparing: float = 0.0  # of the process that prepares for all, while it does
    processes: int = 0  # that `tasks` is of
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        worked = set()  # pids: between two tasks they are idle
        while not self._over.wait(LOOK_S):
            names = {p.pid: _name(p) for p in psutil.Process().children(recursive=True)}
            prepares = {pid for pid, name in names.items() if name.startswith("ray::_prepared")}
            worked |= prepares | {pid for pid, name in names.items() if name.startswith("ray::do")}
            own = {pid: _own(pid) - self.each for pid in worked & set(names)}
            of_tasks = [own[pid] for pid in own.keys() - prepares]
            if sum(of_tasks) > self.tasks:
                self.tasks, self.processes = sum(of_tasks), len(of_tasks)
            self.preparing = max([self.preparing, *(own[pid] for pid in prepares)])


def _name(process):
    with contextlib.suppress(psutil.Error):
        return process.name()
    return ""


def _own(pid):
    """Bytes of a process that belong to no file, mapped or shared."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return 1024 * int(re.search(r"^Anonymous: +(\d+) kB$", text, re.MULTILINE)[1])
    return 0


def carried_out(sweep, n_workers, segment_s=2.0):
    """Seconds at which rows of rounds came, with how many; and the folder."""
    prepared = corpus.load(sweep)
    # Curves alone: a reference takes as long as three of them, at a time of its own.
    plan = replace(make_plan(sweep, prepared), studies=(), references=())
    came = []
    with tempfile.TemporaryDirectory() as made:
        folder = RunFolder.create(Path(made) / "run")
        with folder.writing():
            executor = RayExecutor(prepared, sweep, n_workers)
            driver = Driver(plan, prepared, folder, executor, segment_s)
            take = driver.take

            def noted(finished):
                now = time.monotonic()
                came.extend((now, len((each.rows or {}).get("rounds", ()))) for each in finished)
                take(finished)

            driver.take = noted
            try:
                run(driver, Watch(lambda _: None, lambda: False))
            finally:
                executor.close()
        ended = folder.frame("acquisitions")
        assert (ended["status"] == "done").all(), ended["error"]
        sizes = folder.frame("evaluations").groupby("acquisition_id")["model_bytes"].max()
    return [(at, n) for at, n in came if n], sizes.sum()


def rate(came, n_workers):
    """Rounds a second from when each worker has given some to when the last few are left."""
    first, last = n_workers, len(came) - n_workers
    rounds = sum(n for _, n in came[first:last])
    return rounds / (came[last - 1][0] - came[first - 1][0])


def speed(dataset, n_curves=12, n_labels=800):
    """Rounds a second of one worker and of two, and their ratio."""
    with ray_with(2):
        carried_out(sweep_of(TINY, 2, 100), 2)  # processes start, libraries are read from disk
        rates = [rate(carried_out(sweep_of(dataset, n_curves, n_labels), n)[0], n) for n in (1, 2)]
    return *rates, rates[1] / rates[0]


def memory(dataset, n_tasks=8, n_labels=300, *, shared=True):
    """Bytes: of one copy of problem and models, of eight tasks together, and what they consist of.

    Own ones, less those on a tiny dataset, and the problem once where it is `shared`: as it is, or
    in each process, as it would be without the object store.
    """
    sweep = sweep_of(dataset, n_tasks, n_labels)
    prepared = corpus.load(sweep)
    acquisition = make_plan(sweep, prepared).acquisitions[0]
    key = problem_key(AcquisitionSegment(acquisition, (), n_labels, tested=True))
    problem = prepare(key, prepared[key.dataset.label], Registry())
    problem.ranks.of_all()
    one = problem.nbytes + problem.y.nbytes + problem.groups.nbytes + problem.y_test.nbytes
    one += problem.pool.of.nbytes + problem.test.of.nbytes + problem.is_novel.nbytes
    table = prepared[key.dataset.label].table
    held = table.numbers.nbytes + table.codes.nbytes + table.y.nbytes + table.strata.nbytes
    held += prepared[key.dataset.label].twins.nbytes
    with ray_with(n_tasks), sharing(shared):
        with Look() as tiny:
            carried_out(sweep_of(TINY, n_tasks, n_labels), n_tasks)
        with Look(each=tiny.tasks / tiny.processes) as real:
            _, models = carried_out(sweep, n_tasks)
    together = real.tasks + one * shared
    return {
        "one copy": one + models,
        "table": held,
        "problem": one,
        "models": models,
        "preparing": real.preparing,
        "own": real.tasks,
        "together": together,
        "ratio": together / (one + models),
        "with table": (together + held) / (one + models + held),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", nargs="?", default="ton_iot_synthetic")
    parser.add_argument("--curves", type=int, default=12)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--unshared", action="store_true", help="each process its own problem")
    parser.add_argument("--labels", type=int, default=800)
    options = parser.parse_args()
    if options.memory:
        for name, value in memory(options.dataset, shared=not options.unshared).items():
            print(f"{name}: {value / 2**20:.1f} MiB" if value > 1e4 else f"{name}: {value:.2f}")
        return
    one, two, ratio = speed(options.dataset, options.curves, options.labels)
    print(f"1 worker {one:.2f} rounds/s, 2 workers {two:.2f} rounds/s: {ratio:.2f}x")


if __name__ == "__main__":
    main()
