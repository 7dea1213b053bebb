"""Write the golden tables anew: `python -m tests.golden.regenerate`, then look at the diff.

Do so when a change of numbers is meant: it goes with a higher `PROTOCOL_VERSION`, a line in the
changelog, and the reason in the commit. Run it on Linux x86-64 with the versions of
constraints.txt.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pandas as pd

from harness import corpus
from harness.executor import InlineExecutor
from harness.plan import make_plan
from harness.run import Driver, Watch, run
from harness.spec import read_sweep
from harness.store import RunFolder

HERE = Path(__file__).parent
CURVE = ["classifier", "resampler", "strategy"]
SCORES = ["accuracy", "macro_f1", "mcc", "log_loss"]
VALIDATED, TESTED = [f"val_{name}" for name in SCORES], [f"test_{name}" for name in SCORES]
NOVEL = "test_novel_macro_f1"
COLUMNS = {  # table -> what identifies a row, what must stay
    "rounds": ([*CURVE, "round"], ["acquisition_id", "n_labels", "batch", "bought"]),
    "trials": (
        [*CURVE, "budget", "number"],
        ["study_id", "status", "params", *VALIDATED, *TESTED, NOVEL],
    ),
    "references": (["classifier", "resampler"], ["reference_id", "status", *TESTED, NOVEL]),
}


def computed() -> dict[str, pd.DataFrame]:
    """Run the sweep beside this file: its tables, without what hangs on time and place."""
    sweep = read_sweep((HERE / "sweep.yaml").read_text(encoding="utf-8"))
    prepared = corpus.load(sweep)
    with tempfile.TemporaryDirectory() as name:
        folder = RunFolder.create(Path(name) / "run")
        with folder.writing():
            plan = make_plan(sweep, prepared)
            driver = Driver(plan, prepared, folder, InlineExecutor(prepared), segment_s=60.0)
            run(driver, Watch(lambda _: None, lambda: False))
        tables = {table: folder.frame(table) for table in COLUMNS}
    for name in ("batch", "bought"):
        tables["rounds"][name] = tables["rounds"][name].map(lambda ns: json.dumps(ns.tolist()))
    return {
        table: tables[table].astype(dict.fromkeys(keys, object)).sort_values(keys)[keys + kept]
        for table, (keys, kept) in COLUMNS.items()
    }


def stored() -> dict[str, pd.DataFrame]:
    """The golden tables."""
    return {table: pd.read_csv(_file(table)) for table in COLUMNS}


def _file(table: str) -> Path:
    return HERE / f"{table}.csv"


if __name__ == "__main__":
    for table, frame in computed().items():
        frame.to_csv(_file(table), index=False, lineterminator="\n")
