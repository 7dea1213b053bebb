"""What a study of a network costs: traces, seconds before its trials train, memory per trial.

    python -m tests.benchmarks.neural [--classifier bilstm] [--trials 50]

One acquisition and one study of `--trials` trials at 500 labels on the synthetic data, in this
process. "before training" is what a trial spends until its first epoch begins: proposing,
preparing folds, and compiling what was not compiled before. Growth is that of the process's
resident size between the end of the tenth trial and of the last one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from harness import corpus, memory, work
from harness.classifiers.neural import compiled, runtime
from harness.executor import InlineExecutor
from harness.plan import make_plan
from harness.run import Driver, Watch, run
from harness.spec import read_sweep
from harness.store import RunFolder

SWEEP = """
name: neural
repeats: 1
datasets: [{{name: ton_iot_synthetic, task: binary}}]
classifiers: [{classifier}]
scalers: [min_max]
strategies: [least_confidence]
budgets: [500]
tuning: {{trials: {trials}}}
reference: {{every_pipeline: false}}
"""


class Clock:
    """Notes when trials begin, when their first epoch begins, and what the process then holds."""

    def __init__(self, trial, epoch) -> None:
        self.one_trial, self.one_epoch = trial, epoch
        self.began = 0.0
        self.before_training: list[float] = []
        self.whole: list[float] = []
        self.held: list[int] = []
        self.waits = False

    def trial(self, *args):
        self.began, self.waits = time.perf_counter(), True
        row = self.one_trial(*args)
        self.whole.append(time.perf_counter() - self.began)
        self.held.append(memory.now_bytes())
        return row

    def epoch(self, *args):
        if self.waits:
            self.before_training.append(time.perf_counter() - self.began)
            self.waits = False
        self.one_epoch(*args)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--classifier", default="bilstm")
    options.add_argument("--trials", type=int, default=50)
    given = options.parse_args()
    runtime.start(threads=1)
    from harness.classifiers.neural.on_tensorflow import TensorFlowNetwork

    clock = Clock(work._trial, TensorFlowNetwork.epoch)
    work._trial = clock.trial
    TensorFlowNetwork.epoch = lambda *args: clock.epoch(*args)  # noqa: PLW0108 - bound
    text = SWEEP.format(classifier=given.classifier, trials=given.trials)
    sweep = read_sweep(text, "neural")
    with tempfile.TemporaryDirectory() as folder:
        prepared = corpus.load(sweep)
        made = RunFolder.create(Path(folder) / "run")
        with made.writing():
            driver = Driver(make_plan(sweep, prepared), prepared, made, InlineExecutor(prepared), 5)
            run(driver, Watch(lambda _: None, lambda: False))
        rounds = made.frame("rounds")
        statuses = made.frame("trials")["status"].value_counts().to_dict()
    networks = compiled._networks.values()
    print(f"{given.classifier}: {len(rounds)} rounds, trials {statuses}")
    print(f"shapes compiled {len(networks)}, traces {[n.traces for n in networks]}")
    later = np.array(clock.before_training[1:])
    print(f"before training: trial 1 {clock.before_training[0]:.2f} s, later {_spread(later)} s")
    print(f"whole trials: {_spread(np.array(clock.whole))} s")
    print(f"rounds: fit {_spread(rounds['fit_s'][1:].to_numpy())} s")
    grown = (clock.held[-1] - clock.held[9]) / (len(clock.held) - 10)
    print(f"memory: {clock.held[9] / 2**20:.0f} MB, then {grown / 2**20:+.2f} MB per trial")


def _spread(seconds: np.ndarray) -> str:
    return f"{np.median(seconds):.2f} (at most {seconds.max():.2f})"


if __name__ == "__main__":
    main()
