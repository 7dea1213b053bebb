"""A sweep whose workers, nodes, head and driver are killed, against one that nobody disturbed.

`python -m tests.chaos.chaos` runs 64 curves on three nodes of this machine and strikes at moments
drawn from a seed, which is printed; `--seed` gives the same moments again. After the last strike
the sweep is continued to its end. It ends with an error unless every table equals that of an
undisturbed run, timing and host columns aside, and `fewlabels verify` finds nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from harness.errors import RunFolderError
from harness.schema import KEYS
from harness.store import RunFolder
from tests.tables import tables

ROOT = Path(__file__).parents[2]
COMPONENTS = Path(__file__).with_name("components.py")
SWEEP = {
    "name": "chaos",
    "repeats": 1,
    "datasets": [{"name": "ton_iot_synthetic", "rows": 1_000}],
    "classifiers": ["unhurried", "decision_tree", "naive_bayes", "knn"],
    "scalers": ["standard", "min_max"],
    "resamplers": ["none", "smote"],
    "strategies": ["random", "margin", "entropy", "least_confidence"],
    "budgets": [60, 100],
    "labelling": {"initial": 40, "batch": 20},
    "tuning": {"trials": 4, "startup": 2, "validation": {"folds": 3}},
    "components": [str(COMPONENTS)],
}
STRIKES = {"worker": 12, "node": 5, "driver": 4, "head": 1}
FEW = {"classifiers": ["unhurried"], "strategies": ["random", "margin"]}  # 8 curves
A_FEW = {"worker": 3, "node": 1, "driver": 1, "head": 0}
PAUSE_S = 0.15  # of the unhurried tree at each fit
GAP_S = (0.5, 4.0)  # from when the run goes on to the next strike
PROGRESS = ("rounds", "trials", "references")
PATIENCE_S = 240.0  # for a run to go on, or to end by itself


class Chaos:
    """A run under attack."""

    def __init__(self, folder: Path, sweep: Path, rng: random.Random) -> None:
        self.folder, self.sweep, self.rng = folder, sweep, rng
        self.out = folder / "struck"
        from tests.chaos.cluster import Nodes  # Ray reads the environment when it is imported

        self.of_ray = Path(
            tempfile.mkdtemp(prefix="ray-")
        )  # the paths of its sockets must be short
        self.new_nodes = partial(Nodes, self.of_ray)
        self.nodes = self.new_nodes()
        self.driver = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """`fewlabels run` on the cluster."""
        where = ["--address", self.nodes.address, "--segment-s", "0.3", "--out", str(self.out)]
        with (self.folder / "said").open("a", encoding="utf-8") as said:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "fewlabels.py"), "run", str(self.sweep), *where],
                stdout=said,
                stderr=said,
            )

    def strike(self, what: str) -> bool:
        """Kill one thing; whether there was one."""
        if what == "worker":
            return self.nodes.kill_worker(self.rng)
        if what == "node":
            self.nodes.replace_node(self.rng)
        if what == "driver":
            self.driver.kill()
            self.driver.wait()
            self.driver = self.start()
        if what == "head":
            self.nodes.kill()
            code = self.driver.wait(PATIENCE_S)  # it must find out by itself, and say so
            if code != 1 or "Run again to continue" not in (self.folder / "said").read_text():
                self.fail(f"without a head the driver ended with {code}")
            self.nodes = self.new_nodes()
            self.driver = self.start()
        return True

    def goes_on(self, since: int) -> None:
        """Wait until the run has stored more than `since` rows."""
        deadline = time.monotonic() + PATIENCE_S
        while stored(self.out) <= since:
            if self.driver.poll() is not None:
                self.fail(f"the driver ended with {self.driver.returncode}")
            if time.monotonic() > deadline:
                self.fail("the run does not go on")
            time.sleep(0.1)

    def fail(self, why: str) -> None:
        """End with an error, and with what the driver said last."""
        said = (self.folder / "said").read_text(encoding="utf-8", errors="replace")
        sys.exit(f"{why}\n{said[-3000:]}")

    def end(self) -> None:
        """Let it come to its end, continued if need be."""
        if code := self.driver.wait(PATIENCE_S):
            self.fail(f"the driver ended with {code}")

    def close(self) -> None:
        """Leave nothing running."""
        self.driver.kill()
        self.driver.wait()
        self.nodes.kill()
        shutil.rmtree(self.of_ray, ignore_errors=True)


def main() -> None:
    """Strike, continue, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="of the moments and of who is struck")
    parser.add_argument("--few", action="store_true", help="8 curves and 5 strikes")
    parser.add_argument("--out", type=Path, help="keeps the run folders here")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        folder = options.out or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        token = secrets.token_hex(32)  # of this cluster, which nobody else may join
        os.environ |= {"HOME": made, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
        whole = SWEEP | (FEW if options.few else {})
        sweep = folder / "sweep.yaml"
        sweep.write_text(yaml.safe_dump(whole), encoding="utf-8")
        calm = undisturbed(folder, sweep)
        struck = attacked(folder, sweep, seed, A_FEW if options.few else STRIKES)
        compare(calm, struck)


def undisturbed(folder: Path, sweep: Path) -> RunFolder:
    """The same sweep in one process."""
    out = folder / "calm"
    command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep), "--out", str(out)]
    subprocess.run([*command, "--executor", "inline"], check=True, capture_output=True)
    return RunFolder.open(out)


def attacked(folder: Path, sweep: Path, seed: int, strikes: dict[str, int]) -> RunFolder:
    """The run that was struck, at its end."""
    os.environ["FEWLABELS_CHAOS_PAUSE"] = str(PAUSE_S)
    rng = random.Random(seed)
    due = [what for what, n in strikes.items() for _ in range(n)]
    rng.shuffle(due)
    chaos = Chaos(folder, sweep, rng)
    begun = time.monotonic()
    try:
        for what in due:
            chaos.goes_on(since=stored(chaos.out))
            time.sleep(rng.uniform(*GAP_S))
            while not chaos.strike(what):
                chaos.goes_on(since=stored(chaos.out))
            at = time.monotonic() - begun
            print(f"{at:6.1f} s  {what} killed; {stored(chaos.out)} rows stored", flush=True)
        chaos.end()
    finally:
        chaos.close()
    print(f"{len(due)} strikes: {dict(Counter(due))}; ended after {time.monotonic() - begun:.0f} s")
    return RunFolder.open(chaos.out)


def compare(calm: RunFolder, struck: RunFolder) -> None:
    """Raise `AssertionError` where a table differs."""
    expected, found = tables(calm), tables(struck)
    for table, frame in expected.items():
        pd.testing.assert_frame_equal(frame, found[table], obj=table, check_exact=True)
        print(f"{table}: {len(frame)} rows, all equal")
    causes = struck.frame("attempts")["cause"].value_counts().to_dict()
    print(f"attempts that did not end well: {causes}")
    command = [sys.executable, str(ROOT / "fewlabels.py"), "verify", str(struck.root)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def stored(out: Path) -> int:
    """Rows of rounds, trials and references so far."""
    try:
        folder = RunFolder.open(out)
        return sum(len(folder.read(table, list(KEYS[table]))) for table in PROGRESS)
    except RunFolderError:
        return 0


if __name__ == "__main__":
    main()
