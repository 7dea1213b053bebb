"""Is a forecast right? Three sweeps of different kinds, forecast from a pilot, then run for real.

`python -m tests.benchmarks.forecast` needs some 15 minutes of two quiet cores, and says for each
sweep what was forecast, what it took from when the driver had Ray to the end, and how fast the
machine was meanwhile: others' work slows pilot and run alike only if it stays the same. So a
small fixed piece of work is timed every few seconds, and its mean during the pilot and during
the run stand beside each other. The last line forecasts the run from its own times, which leaves
the error of the simulation alone, without that of the times. Nothing of `cluster/forecast` was
chosen by these sweeps, but that a fit is counted once where every round is tested. The pilot takes
all cores of the machine: `--workers` should be as many.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml

from cluster.forecast.forecast import forecast, keys
from cluster.forecast.pilot import place_of
from cluster.forecast.setup import setup_of
from cluster.forecast.times import Times
from cluster.forecast.work import chains
from cluster.launch.fit import fitted
from cluster.launch.reading import read_cluster
from harness.plan_command import show_plan
from harness.store import RunFolder

ROOT = Path(__file__).parents[2]
MACHINE = '[[nodes]]\nname = "here"\ncount = 1\ncpus = {}\nmemory_gb = 8\n'
BASE = {
    "scalers": ["standard"],
    "resamplers": ["none"],
    "reference": {"every_pipeline": False},
}
SMALL = {"name": "ton_iot_synthetic", "rows": 4_000}
SWEEPS = {
    "many cheap trials": {
        "repeats": 4,
        "datasets": [SMALL],
        "classifiers": ["decision_tree", "knn"],
        "strategies": ["random", "margin"],
        "budgets": [100, 200, 300, 400, 500],
        "labelling": {"initial": 50, "batch": 50},
        "tuning": {"trials": 20},
    },
    "long acquisitions, every round tested": {
        "repeats": 2,
        "datasets": [{"name": "ton_iot_synthetic", "rows": 8_000}],
        "classifiers": ["random_forest"],
        "strategies": ["margin", "entropy"],
        "budgets": [200, 600],
        "labelling": {"initial": 50, "batch": 10},
        "evaluate": "every_round",
        "tuning": {"trials": 1},
    },
    "tuned acquisitions, two datasets": {
        "repeats": 2,
        "datasets": [
            SMALL,
            {"name": "ton_iot_synthetic", "as": "larger", "rows": 10_000},
        ],
        "classifiers": ["svc", "xgboost"],
        "strategies": ["margin"],
        "budgets": [100, 200, 400],
        "labelling": {"initial": 50, "batch": 50},
        "tuning": {"trials": 8, "startup": 4, "acquisition": "tuned"},
    },
}
EVERY_S = 5.0
KERNEL = 1_500_000  # steps of the piece of work: some 0.1 s


class Speed(threading.Thread):
    """Times a fixed piece of work, in a process of its own, every few seconds."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.loads, self.over = [], [], threading.Event()

    def run(self):
        """Until it is over."""
        code = (
            "import sys, time\n"
            "for _ in sys.stdin:\n"
            "    t = time.perf_counter()\n"
            f"    sum(i * i for i in range({KERNEL}))\n"
            "    print(time.perf_counter() - t, flush=True)\n"
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([sys.executable, "-c", code], **pipes) as worker:
            while not self.over.wait(EVERY_S):
                worker.stdin.write("\n")
                worker.stdin.flush()
                self.seen.append(float(worker.stdout.readline()))
                self.loads.append(os.getloadavg()[0])

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    @property
    def kernel_s(self):
        """Mean seconds of the piece of work."""
        return sum(self.seen) / max(len(self.seen), 1)

    def __str__(self):
        load = sum(self.loads) / max(len(self.loads), 1)
        return f"fixed work {self.kernel_s:.2f} s, load {load:.1f}"


def fewlabels(*arguments):
    """Run it; what it said on standard output."""
    command = [sys.executable, str(ROOT / "fewlabels.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 3}:
        sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def forecast_for(sweep, machine, recorded):
    """What is forecast of all of a sweep, from the times in `recorded`."""
    planned = show_plan(str(sweep), [], recorded.with_name("nothing-yet"))
    fit = fitted(planned.plan.sweep, machine)
    times = Times.of([RunFolder.open(recorded)], planned.plan.sweep)
    left = chains(planned.ledger)
    times.must_have(keys(left), "")
    return forecast(left, times, setup_of(planned, fit, times, segment_s=5.0, deaths_a_day=0.0))


def seconds(text):
    """Of `done in 2 min 05 s`."""
    words = re.search(r"done in (?:(\d+) h )?(?:(\d+) min ?)?(?:(\d+) s)?", text)
    hours, minutes, rest = (int(n or 0) for n in words.groups())
    return 3600 * hours + 60 * minutes + rest


def main():
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="CPUs of the local Ray")
    parser.add_argument("--only", help="a word of the sweep's name")
    parser.add_argument("--out", type=Path, help="keep the run folders here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.out or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cluster.toml").write_text(MACHINE.format(options.workers))
        machine = read_cluster(folder / "cluster.toml")
        for number, (name, fields) in enumerate(SWEEPS.items()):
            if options.only and options.only not in name:
                continue
            sweep, out = folder / f"sweep{number}.yaml", folder / f"run{number}"
            sweep.write_text(yaml.safe_dump({"name": f"sweep{number}", **BASE, **fields}))
            with Speed() as during_pilot:
                started = time.monotonic()
                fewlabels("plan", sweep, "--out", out, "--cluster", folder / "cluster.toml",
                          "--pilot")  # fmt: skip
                pilot_s = time.monotonic() - started
            found = forecast_for(sweep, machine, place_of(out))
            with Speed() as during_run:
                said = fewlabels("run", sweep, "--out", out, "--workers", options.workers)
            took, predicted = seconds(said), found.makespan_s(0.5)
            corrected = predicted * during_run.kernel_s / during_pilot.kernel_s
            own = forecast_for(sweep, machine, out).makespan_s(0.5)
            low, high = found.makespan_s(0.1), found.makespan_s(0.9)
            print(
                f"{name}: forecast {predicted:.0f} s ({low:.0f} to {high:.0f}), took {took} s, "
                f"off by {100 * (predicted / took - 1):+.0f} %\n"
                f"  pilot, with Ray's start: {pilot_s:.0f} s; {during_pilot}\n"
                f"  run: {during_run}\n"
                f"  had the pilot run at the run's speed: {corrected:.0f} s, "
                f"off by {100 * (corrected / took - 1):+.0f} %\n"
                f"  from the run's own times: {own:.0f} s, off by {100 * (own / took - 1):+.0f} %",
                flush=True,
            )


if __name__ == "__main__":
    main()
