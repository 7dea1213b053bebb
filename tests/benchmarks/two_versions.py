"""One sweep by two versions of fewlabels: how long each takes, and whether the tables are equal.

    git worktree add ../before COMMIT
    python -m tests.benchmarks.two_versions ../before [SWEEP.yaml] [--executor ray]

Each runs once, in a process of its own, by its own `fewlabels.py`, with this environment and the
datasets that are imported; without a sweep, a part of `ton_iot_first_look`. Every column that both
have is compared to the last digit, timing and host columns aside; exits with 1 where one differs.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pandas as pd

from harness.schema import AXES, TIMING_AND_HOST

HERE = Path(__file__).parents[2]
TABLES = ("acquisitions", "rounds", "evaluations", "trials", "references")
NAMES = (*AXES, "repeat", "budget", "round", "n_labels", "number")
SWEEP = """
name: two-versions
seed: 2026
repeats: 1
datasets: [ton_iot_network]
classifiers: [random_forest, decision_tree, xgboost]
scalers: [min_max]
strategies: [random, least_confidence]
budgets: [200, 500]
labelling: {initial: 50, batch: 50}
tuning: {trials: 5}
reference: {classifier: decision_tree, scaler: min_max, every_pipeline: false}
"""


def run(tree, sweep, out, executor):
    """Wall and CPU seconds."""
    command = [sys.executable, str(tree / "fewlabels.py"), "run", str(sweep), "--out", str(out)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([*command, "--executor", executor], check=True, cwd=tree)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - started, cpu


def rows(out, table):
    """In one order, whoever wrote them; only what both versions have is left to the caller."""
    frame = pd.read_parquet(out / table)
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].astype(str)
        elif frame[name].dtype == object:
            frame[name] = frame[name].map(repr)
    return frame.sort_values([name for name in NAMES if name in frame]).reset_index(drop=True)


def differences(one, other):
    """A line for each column that differs, and how many were compared."""
    found, n_columns, n_rows = [], 0, 0
    for table in TABLES:
        if not (one / table).exists() and not (other / table).exists():
            continue  # nobody asked for it
        a, b = rows(one, table), rows(other, table)
        shared = [name for name in a if name in b and name not in TIMING_AND_HOST]
        n_columns, n_rows = n_columns + len(shared), n_rows + len(a)
        if len(a) != len(b):
            found.append(f"{table}: {len(a)} and {len(b)} rows")
            continue
        for name in shared:
            differ = ~((a[name] == b[name]) | (a[name].isna() & b[name].isna()))
            if differ.any():
                found.append(f"{table}.{name}: {differ.sum()} of {len(a)} rows differ")
    return found, n_columns, n_rows


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, help="the other version's tree")
    parser.add_argument("sweep", type=Path, nargs="?")
    parser.add_argument("--executor", default="inline", choices=("inline", "ray"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        sweep = options.sweep or folder / "sweep.yaml"
        if options.sweep is None:
            sweep.write_text(SWEEP, encoding="utf-8")
        took = {}
        for name, tree in (("before", options.before), ("after", HERE)):
            took[name] = run(tree.resolve(), sweep.resolve(), folder / name, options.executor)
        (wall, cpu), (wall_now, cpu_now) = took["before"], took["after"]
        print(
            f"before {wall:.0f} s (CPU {cpu:.0f} s), after {wall_now:.0f} s (CPU {cpu_now:.0f} s)"
        )
        print(f"{wall / wall_now:.2f}x; of CPU {cpu / cpu_now:.2f}x")
        found, n_columns, n_rows = differences(folder / "before", folder / "after")
    print(f"{n_rows} rows, {n_columns} columns compared: {len(found)} differ")
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
