"""A made-up run of 100,000 trials: what reading, checking and continuing it take.

`python -m tests.benchmarks.large_run` makes one in a temporary folder (`--out` keeps it) and prints
seconds, peak memory and files; docs/results.md has the figures. Ids, batches and confusion
matrices are right, so `verify` looks at everything; scores come from a generator.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from harness import corpus, environment
from harness.cell import Acquisition, Reference, Study
from harness.corpus import dataset_row
from harness.ledger import Ledger
from harness.loop import Round
from harness.plan import Plan, make_plan
from harness.pool import Pool
from harness.rows import Place, acquisition_row, reference_row, round_row, trial_row
from harness.schema import COSTS, Row, null_metrics
from harness.spec import read_sweep
from harness.stop_set import N_ROWS, Outlook
from harness.store import RunFolder
from harness.study import propose
from harness.verify.scores import scores

SWEEP = {
    "name": "large",
    "repeats": 10,
    "datasets": [{"name": "ton_iot_synthetic", "rows": 2_000}],
    "classifiers": ["random_forest", "knn", "svc", "decision_tree", "logistic_regression"],
    "scalers": ["standard", "min_max"],
    "resamplers": ["smote", "random_under"],
    "strategies": ["random", "margin", "entropy", "least_confidence", "k_center"],
    "budgets": [100, 200, 300, 400, 500],
    "labelling": {"initial": 100, "batch": 25},
    "tuning": {"trials": 20},
}
GROUP = 40  # rows that one append brings


class Maker:
    """Rows of a plan, as if it had been carried out."""

    def __init__(self, plan: Plan, row: Row) -> None:
        self.plan, self.rng = plan, np.random.default_rng(3)
        self.n_pool, self.n_test = row["n_pool"], row["n_test"]
        self.n_classes = len(row["classes"])
        self.stop_set = self.rng.integers(self.n_classes, size=N_ROWS)
        self.place = Place.here()
        self.params: dict[tuple[str, ...], Row] = {}

    def tested(self) -> Row:
        classes = self.rng.integers(self.n_classes, size=(2, self.n_test))
        cells = np.bincount(classes[0] * self.n_classes + classes[1], minlength=self.n_classes**2)
        matrix = cells.reshape(1, self.n_classes, self.n_classes)
        some = null_metrics("test", "test_novel")
        drawn = dict(zip(some, self.rng.random(len(some)).tolist(), strict=True))
        exact = {f"test_{name}": float(values[0]) for name, values in scores(matrix).items()}
        costs = dict.fromkeys(COSTS, 1)
        others = {"n_test_novel": 10, "resampling": "{}", "fit_s": 0.1, "predict_s": 0.1}
        return {**drawn, **exact, **costs, **others, "confusion": matrix[0].tolist()}

    def rounds(self, acquisition: Acquisition) -> Iterator[Row]:
        labelling = acquisition.setting.labelling
        bought = self.rng.permutation(self.n_pool)[: acquisition.budgets[-1]]
        pool = Pool.unlabelled_of(self.n_pool)
        for number, batch in enumerate(
            np.split(bought, range(labelling.initial, len(bought), labelling.batch))
        ):
            pool = pool.label(batch, len(batch))
            seen = Outlook(self.predicted(), 0.9)
            done = Round(number, pool, batch, 0.1, 0.01, 0.01, 0.01, None, seen)
            yield round_row(
                acquisition,
                done,
                np.bincount(
                    self.rng.integers(self.n_classes, size=len(batch)), minlength=self.n_classes
                ),
                0,
            )

    def predicted(self) -> bytes:
        """Of a stop set: one row in fifty is taken for something else than before."""
        changed = self.rng.integers(N_ROWS, size=N_ROWS // 50)
        self.stop_set[changed] = self.rng.integers(self.n_classes, size=len(changed))
        return self.stop_set.astype(np.uint8).tobytes()

    def acquisition(self, acquisition: Acquisition, n_rounds: int) -> Row:
        return acquisition_row(
            acquisition, self.place.ended("done"), acquisition.budgets[-1], n_rounds
        )

    def reference(self, reference: Reference) -> Row:
        return reference_row(reference, self.n_pool, self.place.ended("done"), self.tested())

    def trials(self, study: Study) -> Iterator[Row]:
        for number in range(study.n_trials):
            vals = null_metrics("val")
            drawn = dict(zip(vals, self.rng.random(len(vals)).tolist(), strict=True))
            values = {**drawn, **self.tested()}
            params = self.varied(dict(self._defaults(study)), number)
            yield trial_row(study, number, params, self.place.ended("done"), values)

    def varied(self, params: Row, number: int) -> Row:
        """The hyperparameters of a trial; here those of trial 0, which `verify` knows."""
        del number
        return params

    def _defaults(self, study: Study) -> Row:
        curve = study.acquisition.curve
        key = (curve.classifier.label, curve.resampler.label)
        if key not in self.params:
            self.params[key] = dict(propose(study, ()))
        return self.params[key]


def make(root: Path, asked: Row, maker_of: type[Maker] = Maker) -> Plan:
    """Write the run of the sweep `asked` to `root`; give its plan."""
    sweep = read_sweep(yaml.safe_dump(asked))
    prepared = corpus.load(sweep)
    plan = make_plan(sweep, prepared)
    folder = RunFolder.create(root)
    (row,) = (dataset_row(p, sweep.registry, sweep.setting) for p in prepared.values())
    maker, started, n_appends = maker_of(plan, row), time.perf_counter(), 0
    with folder.writing():
        text = yaml.safe_dump(dict(sweep.resolved), sort_keys=False)
        folder.write_sweep(text, sweep.resolved)
        folder.append("datasets", [row])
        folder.append("environments", [environment.describe()])
        folder.append("references", [maker.reference(r) for r in plan.references])
        for acquisition in plan.acquisitions:
            rounds = list(maker.rounds(acquisition))
            folder.append("rounds", rounds)
            folder.append("acquisitions", [maker.acquisition(acquisition, len(rounds))])
            n_appends += 2
        rows: list[Row] = []
        for study in plan.studies:
            rows += maker.trials(study)
            if len(rows) >= GROUP:
                folder.append("trials", rows)
                n_appends, rows = n_appends + 1, []
        folder.append("trials", rows)
    took = time.perf_counter() - started
    print(f"made in {took:.0f} s, {n_appends:,} appends")
    return plan


def measured(*arguments: str) -> str:
    """Seconds, those of CPU, and peak memory of `python ARGUMENTS`, in words."""
    code = (
        "import resource, subprocess, sys, time; t = time.perf_counter(); "
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "t = time.perf_counter() - t; used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20; "
        "print(f'exit code {done.returncode}, {t:.1f} s, {cpu:.1f} s of CPU, {peak:.2f} GB')"
    )
    command = [sys.executable, "-c", code, sys.executable, *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return said.stdout.strip()


def main() -> None:
    """Make the run, or take the one at --out, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="keep the run here; one that is there is used")
    parser.add_argument("--repeats", type=int, default=10, help="10: 100,000 trials")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = given.out or Path(temporary) / "run"
        if not root.exists():
            make(root, SWEEP | {"repeats": given.repeats})
        folder = RunFolder.open(root)
        files = [path for path in root.rglob("*") if path.is_file()]
        n_bytes = sum(path.stat().st_size for path in files)
        print(
            f"{len(folder.read('trials', ['number'])):,} trials in {len(files)} files, "
            f"{n_bytes / 1e6:.0f} MB"
        )
        sweep = read_sweep((root / "sweep.yaml").read_text(encoding="utf-8"))
        plan = make_plan(sweep, corpus.load(sweep))
        started = time.perf_counter()
        Ledger.read(plan, folder)
        print(f"resume scan: {time.perf_counter() - started:.1f} s")
        started = time.perf_counter()
        with folder.writing():
            print(f"opened for writing, every file checked: {time.perf_counter() - started:.1f} s")
        for command in ("status", "verify"):
            print(f"{command}: {measured('-m', 'fewlabels', command, str(root))}")


if __name__ == "__main__":
    main()
