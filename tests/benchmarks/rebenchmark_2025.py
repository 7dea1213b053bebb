"""The outside check, whole: the shipped sweep `rebenchmark_2025` against the published results.

    python tests/benchmarks/rebenchmark_2025.py [--out runs/rebenchmark-2025] [--kills 2]

Runs `fewlabels run rebenchmark_2025` on two workers (and kills it on the way as often as asked,
with SIGKILL, at random moments), then compares what its tables hold with what Lu, Li, Chen and Lin
(TMLR 2025) published: the data's README says what that is. Prints each comparison; exits with 1
where one does not hold. Reads $FEWLABELS_TEST_DATA, default ../shared/data.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT.parent / "shared" / "data"
SWEEP = "rebenchmark_2025"
TABLE = {  # WDBC over seeds 0 to 99: mean and sample standard deviation of the area
    "uniform": (0.9539, 0.0130),
    "margin": (0.9652, 0.0103),
    "us_nc": (0.9597, 0.0111),
    "core_set": (0.9586, 0.0105),
}


def fewlabels(*arguments):
    return [sys.executable, str(ROOT / "fewlabels.py"), *map(str, arguments)]


def areas(run, folder):
    """The published area of each repeat, by `fewlabels efficiency`."""
    path = folder / "areas.csv"
    command = fewlabels("efficiency", run, "--metric", "accuracy", "--csv", path)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = pd.read_csv(path)
    return found[found["series"] == "default"].rename(columns={"repeat": "seed"})


def against_areas(found, data):
    """Margin's areas beside the published ones of the same dataset and seed."""
    published = pd.read_csv(data / "al_benchmark" / "published_margin_aubc.csv")
    margin = found[found["strategy"] == "margin"]
    return margin.merge(published[["dataset", "seed", "aubc_test"]], on=["dataset", "seed"])


def against_curves(run, data):
    """Margin's test accuracy after each round beside the published one."""
    published = pd.read_parquet(data / "al_benchmark" / "published_margin_curves.parquet")
    rows = pd.read_parquet(run / "evaluations")
    names = {"repeat": "seed", "n_labels": "n_labeled", "test_accuracy": "ours"}
    margin = rows[rows["strategy"] == "margin"].rename(columns=names)
    margin["dataset"] = margin["dataset"].astype(str)
    return margin[["dataset", *names.values()]].merge(published)


def start(out, workers):
    command = fewlabels("run", SWEEP, "--out", out, "--workers", workers)
    return subprocess.Popen(command, cwd=ROOT)


def n_rounds(out):
    try:
        return len(pd.read_parquet(out / "rounds", columns=["round"]))
    except (OSError, ValueError):
        return 0


def run_with_kills(out, workers, kills):
    """Kill the driver `kills` times, each time after it stored more than the last one left."""
    for kill in range(kills):
        process, before = start(out, workers), n_rounds(out)
        while process.poll() is None and n_rounds(out) < before + 2_000:
            time.sleep(1)
        time.sleep(random.uniform(0, 20))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            print(f"killed ({kill + 1} of {kills}) with {n_rounds(out):,} rounds stored")
        process.wait()
    started = time.monotonic()
    code = start(out, workers).wait()
    print(f"fewlabels run ended with {code} after {(time.monotonic() - started) / 60:.1f} minutes")
    return code


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "rebenchmark-2025")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    data = Path(os.environ.get("FEWLABELS_TEST_DATA") or BESIDE)
    if run_with_kills(asked.out, asked.workers, asked.kills):
        return 1
    found = areas(asked.out, asked.out.parent)
    holds = []
    both = against_areas(found, data)
    for dataset, rows in both.groupby("dataset"):
        equal = int((rows["rebenchmark_2025"] == rows["aubc_test"]).sum())
        holds.append(equal == len(rows) == 150)
        print(f"{dataset}: {equal} of {len(rows)} areas of margin equal to 5 decimals")
    rounds = against_curves(asked.out, data)
    equal = int(((rounds["ours"] - rounds["test_accuracy"]).abs() < 1e-12).sum())
    n_published = len(
        pd.read_parquet(data / "al_benchmark" / "published_margin_curves.parquet", columns=["seed"])
    )
    holds.append(equal == len(rounds) == n_published)
    print(f"{equal} of {n_published} published rounds of margin equal")
    wdbc = found[(found["dataset"] == "wdbc") & (found["seed"] < 100)]
    for strategy, published in TABLE.items():
        values = wdbc.loc[wdbc["strategy"] == strategy, "rebenchmark_2025"]
        ours = (round(float(values.mean()), 4), round(float(values.std()), 4))
        holds.append(len(values) == 100 and ours == published)
        print(f"wdbc {strategy:<8} {ours} over {len(values)} seeds; published {published}")
    print("all hold" if all(holds) else "NOT ALL HOLD")
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
