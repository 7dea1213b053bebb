"""TensorFlow against JAX on this machine's CPU, one thread: steps, first fits, studies, memory.

    python -m tests.benchmarks.neural_backends [--rounds 3]

Each backend computes in processes of its own, in turns, and of all rounds the least counts.
Seconds are CPU seconds of the process, which other work on the machine disturbs less than a
clock's; still, only the ratios of one run mean much.

- `step`: of an epoch's training, 1,000 rows of 41 features in batches of 32;
- `first fit`: building, compiling, and one epoch; `import` comes before, once per process;
- `study`: an acquisition and a study of five trials of a BiLSTM at 500 labels, compiling included;
- `growth`: resident size per fit of a BiLSTM, of rows, rates and batch sizes that vary, over 40
  fits after the tenth; the rounds' mean.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from harness import corpus, memory
from harness.classifiers import CLASSIFIERS
from harness.classifiers.neural import runtime
from harness.device import BACKENDS
from harness.executor import InlineExecutor
from harness.plan import make_plan
from harness.run import Driver, Watch, run
from harness.spec import read_sweep
from harness.store import RunFolder

ROWS, FEATURES, BATCH = 1000, 41, 32
STEPPED = ("ffnn", "bilstm", "cnn_bilstm_attention")
SWEEP = """
name: backends
repeats: 1
datasets: [{name: ton_iot_synthetic, task: binary}]
classifiers: [bilstm]
scalers: [min_max]
strategies: [least_confidence]
budgets: [500]
tuning: {trials: 5}
reference: {every_pipeline: false}
neural: {device: cpu, backend: BACKEND}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--here", action="store_true", help="measure KERAS_BACKEND's, print JSON")
    given = options.parse_args()
    if given.here:
        print(json.dumps(measured()))
        return
    found: dict[str, list[dict[str, float]]] = {backend: [] for backend in BACKENDS}
    for _ in range(given.rounds):
        for backend in BACKENDS:
            found[backend].append(_in_a_process(backend))
    print(f"{'':36}" + "".join(f"{backend:>12}" for backend in BACKENDS) + f"{'ratio':>8}")
    for what in found[BACKENDS[0]][0]:
        gather = np.mean if "growth" in what else np.min
        values = [float(gather([row[what] for row in found[backend]])) for backend in BACKENDS]
        ratio = "" if "growth" in what else f"{values[0] / values[1]:8.1f}"
        print(f"{what:36}" + "".join(f"{value:12.2f}" for value in values) + ratio)


def _in_a_process(backend: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.neural_backends", "--here"]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    said = subprocess.check_output(command, env=environment, text=True, stderr=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def measured() -> dict[str, float]:
    """By what was measured, on the backend that the environment names."""
    found = {"import, s": _cpu_s(lambda: runtime.start(threads=1))}
    rng = np.random.default_rng(0)
    X = rng.random((5 * ROWS, FEATURES)).astype(np.float32)
    y = (X[:, 0] + X[:, 1] > 1).astype(int)
    for name in STEPPED:

        def fit(name=name, n=ROWS, **params):
            training = {"epochs": 1, "patience": 0, "batch_size": BATCH, **params}
            return CLASSIFIERS[name](0, 1, **training).fit(X[:n], y[:n])

        found[f"{name}: first fit, s"] = _cpu_s(fit)
        least = min(_cpu_s(fit) for _ in range(10))
        found[f"{name}: step, ms"] = 1e3 * least / -(-ROWS // BATCH)
        model = fit()
        model.predict_proba(X)
        asked = min(_cpu_s(lambda model=model: model.predict_proba(X)) for _ in range(5))
        found[f"{name}: 5,000 rows asked, ms"] = 1e3 * asked
    found["bilstm: study, s"] = _cpu_s(_study)
    held = []
    for i in range(50):
        n = 100 + 17 * i
        params = {"learning_rate": 1e-4 * (1 + i), "dropout": i / 100}
        model = CLASSIFIERS["bilstm"](i, 1, epochs=2, batch_size=(16, 32, 64)[i % 3], **params)
        model.fit(X[:n], y[:n], (X[n : n + 50], y[n : n + 50])).predict_proba(X)
        held.append(memory.now_bytes())
    found["bilstm: growth, MB per fit"] = (held[-1] - held[9]) / 40 / 2**20
    found["resident in the end, MB"] = held[-1] / 2**20
    return found


def _cpu_s(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _study() -> None:
    sweep = read_sweep(SWEEP.replace("BACKEND", runtime.backend()), "backends")
    with tempfile.TemporaryDirectory() as folder:
        prepared = corpus.load(sweep)
        made = RunFolder.create(Path(folder) / "run")
        with made.writing():
            driver = Driver(make_plan(sweep, prepared), prepared, made, InlineExecutor(prepared), 5)
            run(driver, Watch(lambda _: None, lambda: False))
        trials = made.frame("trials")
    if set(trials["status"]) != {"done"}:
        raise RuntimeError(f"trials failed: {trials['error'].dropna().tolist()}")


if __name__ == "__main__":
    main()
