"""5,000 trials of a classifier that does nothing: what fewlabels itself takes for a trial.

`python -m tests.benchmarks.null_trials` runs 500 studies of 10 trials by `fewlabels run`, on Ray
and then in one process, into Parquet; it prints trials a second, and the driver's memory as it
goes on. docs/results.md has the figures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil
import yaml

from harness.store import RunFolder

ROOT = Path(__file__).parents[2]
SWEEP = {
    "name": "null",
    "repeats": 50,
    "datasets": [{"name": "ton_iot_synthetic", "rows": 2_000}],
    "classifiers": [{"name": "null", "space": {"parameter": {"low": 0.0, "high": 1.0}}}],
    "scalers": ["standard"],
    "resamplers": ["none"],
    "strategies": ["random", "margin"],
    "budgets": [100, 200, 300, 400, 500],
    "labelling": {"initial": 100, "batch": 50},
    "tuning": {"trials": 10},
    "components": [str(Path(__file__).with_name("null.py"))],
}
LOOK_S = 1.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="tasks at the same time on Ray")
    parser.add_argument("--trials", type=int, default=5_000, help="a multiple of 100")
    options = parser.parse_args()
    workers, sweep = options.workers, SWEEP | {"repeats": options.trials // 100}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "null.yaml").write_text(yaml.safe_dump(sweep), encoding="utf-8")
        for name, extra in {
            f"Ray, {workers} workers": ["--workers", str(workers)],
            "one process": ["--executor", "inline"],
        }.items():
            measure(name, folder, extra)


def measure(name: str, folder: Path, options: list[str]) -> None:
    """Run it, and look at the driver and its folder every second."""
    out = folder / name.replace(" ", "-")
    command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(folder / "null.yaml")]
    said = (folder / "said").open("w+", encoding="utf-8")
    process = subprocess.Popen([*command, "--out", str(out), *options], stdout=said, stderr=said)
    driver = psutil.Process(process.pid)
    started = time.monotonic()
    seen: list[tuple[float, int, int]] = []
    while process.poll() is None:
        time.sleep(LOOK_S)
        try:
            seen.append((time.monotonic() - started, stored(out), driver.memory_info().rss))
        except psutil.Error:
            break
    if process.wait():
        said.seek(0)
        sys.exit(f"the run ended with {process.returncode}:\n{said.read()}")
    said.close()
    report(name, seen)


def report(name: str, seen: list[tuple[float, int, int]]) -> None:
    """Trials a second while trials were done, and memory at each tenth of them."""
    first = max(i for i, (_, trials, _) in enumerate(seen) if trials == 0)
    last = next(i for i, (_, trials, _) in enumerate(seen) if trials == seen[-1][1])
    took, trials = seen[last][0] - seen[first][0], seen[-1][1]
    print(f"{name}: {trials} trials, {trials / took:.0f} a second; {seen[-1][0]:.0f} s in all")
    marks = [round(tenth * trials / 10) for tenth in range(11)]
    for (_, before, _), (at, now, rss) in pairwise(seen):
        if any(before < mark <= now for mark in marks):
            print(f"  after {at:5.1f} s {now:6} trials: driver {rss / 2**20:.0f} MiB")


def stored(out: Path) -> int:
    """Trials in the run folder."""
    if not (out / "trials").is_dir():
        return 0
    return len(RunFolder.open(out).read("trials", ["number"]))


if __name__ == "__main__":
    main()
