"""A sweep into a bucket whose driver is killed again and again, against one on disk in peace.

`python -m tests.chaos.bucket` runs 16 curves into a bucket of moto's server on loopback and kills
the driver 20 times, at moments drawn from a seed, which is printed: while it starts, while it
works, while it stores. After the last kill the sweep is continued to its end. It ends with an
error unless every table equals that of the undisturbed run, timing and host columns aside,
`verify` and `report` read the bucket without complaint, pandas finds the same rows on s3://, and
nothing is left over in the bucket.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from harness.bucket.address import parse
from harness.bucket.manifest import OBJECTS, OWN, current
from harness.bucket.objects import Objects
from harness.place import opened
from harness.schema import KEYS
from harness.store import RunFolder
from tests.chaos.chaos import FEW, ROOT, SWEEP
from tests.s3_server import BUCKET, s3_server
from tests.tables import tables

KILLS = 20
PAUSE_S = 0.1  # of the unhurried tree at each fit
STARTING_S = (0.0, 6.0)  # from the start of a driver to its end, one time in four
WORKING_S = (0.0, 1.5)  # from its first change, else
PATIENCE_S = 240.0
TO = f"s3://{BUCKET}/runs/struck"


def fewlabels(*arguments: str, **more: object) -> str:
    """Run a command to its end; what it printed."""
    command = [sys.executable, str(ROOT / "fewlabels.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout


class Driver:
    """`fewlabels run` into the bucket."""

    def __init__(self, sweep: Path, said: Path) -> None:
        self.said = said
        command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep), "--out", TO]
        with said.open("a", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [*command, "--executor", "inline", "--segment-s", "0.2"], stdout=file, stderr=file
            )

    def works(self, since: int) -> None:
        """Wait until it has stored something, or has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while changes() < since + 3 and self.process.poll() is None:  # it begins with two
            if time.monotonic() > deadline:
                self.fail("the run does not go on")
            time.sleep(0.05)

    def kill(self) -> bool:
        """Whether it was still there."""
        ended = self.process.poll()
        self.process.kill()
        self.process.wait()
        if ended:
            self.fail(f"the driver ended with {ended}")
        return ended is None

    def fail(self, why: str) -> None:
        """End with an error, and with what it said last."""
        self.process.kill()
        self.process.wait()
        sys.exit(f"{why}\n{self.said.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def changes() -> int:
    """How often the run in the bucket has changed."""
    found = current(Objects(parse(TO)))
    return found[0].number if found else 0


def attacked(folder: Path, sweep: Path, rng: random.Random, kills: int) -> int:
    """Run, kill, continue; how many kills met a driver that had not ended."""
    met, begun = 0, time.monotonic()
    for number in range(kills):
        since = changes()
        driver = Driver(sweep, folder / "said")
        if rng.random() < 1 / 4:
            time.sleep(rng.uniform(*STARTING_S))
        else:
            driver.works(since)
            time.sleep(rng.uniform(*WORKING_S))
        if not driver.kill():
            break
        met = number + 1
        at = time.monotonic() - begun
        print(f"{at:6.1f} s  driver {met} killed after {changes() - since} changes", flush=True)
    fewlabels("run", str(sweep), "--out", TO, "--executor", "inline")
    return met


def compare(calm: RunFolder) -> None:
    """Raise `AssertionError` where a table differs, or something is left over."""
    struck = opened(TO)
    expected, found = tables(calm), tables(struck)
    for table, frame in expected.items():
        pd.testing.assert_frame_equal(frame, found[table], obj=table, check_exact=True)
        print(f"{table}: {len(frame)} rows, all equal")
        if len(frame):
            plain = pd.read_parquet(f"{TO}/{table}", columns=list(KEYS[table]))
            assert len(plain) == len(frame), table
            assert not plain.duplicated().any(), table
    print("pandas on s3:// finds the same rows")
    objects = Objects(parse(TO))
    manifest, _ = current(objects)
    named = {f"{OBJECTS}{entry.key}" for entry in manifest.files.values() if entry.n_bytes}
    assert {*objects.list()} == {*manifest.files, *named, f"{OWN}manifest", f"{OWN}writer"}
    print(f"{manifest.number} changes; nothing is left over in the bucket")


def main() -> None:
    """Kill, continue, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="of the moments")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--few", action="store_true", help="2 curves instead of 16")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as made, s3_server() as environment:
        folder = Path(made)
        os.environ |= environment
        whole = SWEEP | FEW | {"classifiers": ["unhurried", "decision_tree"]}
        if options.few:
            whole |= FEW | {"scalers": ["standard"], "resamplers": ["none"]}
        sweep = folder / "sweep.yaml"
        sweep.write_text(yaml.safe_dump(whole), encoding="utf-8")
        calm = folder / "calm"
        fewlabels("run", str(sweep), "--out", str(calm), "--executor", "inline")
        os.environ["FEWLABELS_CHAOS_PAUSE"] = str(PAUSE_S)
        met = attacked(folder, sweep, random.Random(seed), options.kills)
        print(f"{met} kills met a driver at work")
        compare(RunFolder.open(calm))
        print(fewlabels("verify", TO).strip())
        site = folder / "site"
        fewlabels("report", TO, "-o", str(site))
        assert TO.rsplit("/", 1)[-1] in (site / "index.html").read_text(encoding="utf-8")
        print("the report is written from the bucket")
        if met < options.kills:
            sys.exit(f"the run was over after {met} kills; {options.kills} were asked for")


if __name__ == "__main__":
    main()
