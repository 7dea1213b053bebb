"""What a driver keeps of 1,000,000 trials: the plan and the ledger of docs/scale/million.yaml.

`python -m tests.benchmarks.driver_memory` plans that sweep, lets a ledger count made-up rows of all
its rounds and trials, and prints seconds and resident memory. No Ray, no files.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import psutil

from harness import corpus
from harness.ledger import Ledger
from harness.plan import make_plan
from harness.run import PRIORITY
from harness.segment import kind
from harness.shipped import open_sweep

SWEEP = Path(__file__).parents[2] / "docs" / "scale" / "million.yaml"


def main():
    """Print memory after each step."""
    rng = np.random.default_rng(1)

    def say(what):
        rss = psutil.Process().memory_info().rss / 2**20
        print(f"{what}: {rss:,.0f} MiB, {time.process_time():.0f} s of CPU so far", flush=True)

    sweep = open_sweep(str(SWEEP))
    prepared = corpus.load(sweep)
    say("data")
    ledger = Ledger(make_plan(sweep, prepared))
    say(f"plan of {len(ledger.studies):,} studies")
    for acquisition in ledger.acquisitions.values():
        labelling = acquisition.acquisition.setting.labelling
        name = {"acquisition_id": acquisition.acquisition.id}
        stops = range(labelling.initial, acquisition.acquisition.budgets[-1] + 1, labelling.batch)
        times = {"fit_s": 0.1, "score_s": 0.1, "query_s": 0.1}
        batches = [rng.integers(30_000, size=labelling.batch).tolist() for _ in stops]
        found = [
            {**name, "n_labels": n, "batch": batch, **times}
            for n, batch in zip(stops, batches, strict=True)
        ]
        row = {**name, "status": "done", "n_labels": stops[-1]}
        ledger.count({"rounds": found, "acquisitions": [row]})
    say("rounds")
    queue = [(PRIORITY[kind(segment)], segment) for segment in ledger.ready()]
    say(f"{len(queue):,} segments queued at once")
    for state in ledger.studies.values():
        study = state.study
        ledger.count(
            {
                "trials": [
                    {
                        "study_id": study.id,
                        "number": number,
                        "params": json.dumps(dict.fromkeys(study.space, rng.random())),
                        "metric": "macro_f1",
                        "status": "done",
                        "val_macro_f1": rng.random(),
                        "wall_s": 0.1,
                    }
                    for number in range(study.n_trials)
                ]
            }
        )
    say("trials")
    started = time.process_time()
    ledger.standing()
    print(f"progress, every 10 s: {time.process_time() - started:.2f} s")


if __name__ == "__main__":
    main()
