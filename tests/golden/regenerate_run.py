"""Write the golden run folder of today's schema version: `python -m tests.golden.regenerate_run`.

Do so once for each version, when it is new: those of earlier versions were written by the code of
their time, and show that it can still be read. Nothing in it tells where it was made.
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from harness import corpus, environment
from harness.executor import InlineExecutor
from harness.placement import adopted
from harness.plan import make_plan
from harness.run import Driver, Watch, run
from harness.schema import SCHEMA_VERSION
from harness.spec import read_sweep
from harness.store import RunFolder

RUNS = Path(__file__).parent / "runs"
SWEEP = {
    "name": "golden-run",
    "seed": 11,
    "repeats": 1,
    "datasets": [{"name": "ton_iot_synthetic", "rows": 500}],
    "classifiers": ["naive_bayes"],
    "scalers": ["min_max"],
    "strategies": ["random", "margin"],
    "labelling": {"initial": 30, "batch": 10},
    "tuning": {"trials": 2, "startup": 2, "validation": {"folds": 3}},
    "evaluate": "every_round",
    "reference": {"classifier": "naive_bayes", "scaler": "min_max"},
}


def write(root: Path) -> None:
    """Run the sweep into `root`, with one budget and then two; note an attempt each time."""
    folder = RunFolder.create(root)
    for budgets in ([40], [40, 60]):
        sweep = adopted(read_sweep(yaml.safe_dump(SWEEP | {"budgets": budgets})), folder)
        prepared = corpus.load(sweep)
        plan = make_plan(sweep, prepared)
        with folder.writing():
            text = yaml.safe_dump(dict(sweep.resolved), sort_keys=False, allow_unicode=True)
            folder.write_sweep(text, sweep.resolved)
            driver = Driver(plan, prepared, folder, InlineExecutor(prepared), segment_s=60.0)
            run(driver, Watch(lambda _: None, lambda: False))
            attempt = {
                "work_id": plan.studies[0].id,
                "kind": "study",
                "unit": 1,
                "cause": "node",
                "error": None,
                "action": "again, on another node",
                "at": pd.Timestamp("2026-01-01", tz="UTC"),
            }
            folder.append("attempts", [attempt])


def nowhere(patch: pytest.MonkeyPatch) -> None:
    """Let this machine have no name."""
    patch.setattr(platform, "node", lambda: "host")
    patch.setattr(platform, "release", lambda: "6")
    patch.setattr(os, "getpid", lambda: 1)
    patch.setattr(environment, "_cpu", lambda: "a CPU")
    patch.setattr(environment, "gpu", lambda: None)
    patch.setattr(environment, "_git_commit", lambda _: None)


if __name__ == "__main__":
    target = RUNS / f"version_{SCHEMA_VERSION}"
    shutil.rmtree(target, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        nowhere(patch)
        write(target)
