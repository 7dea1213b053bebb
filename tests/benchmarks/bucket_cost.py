"""What a bucket costs a run beside a folder on disk: `python -m tests.benchmarks.bucket_cost`.

Each of a hundred changes is what a driver stores at once: a few rows of two tables. Both places
take them in turn, so the ratio is of one run on one machine. moto's server is Python in a thread
beside the writer, and on loopback: the requests that are counted say more than its seconds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from harness.bucket.objects import Objects
from harness.place import place
from tests.harness.test_faults import attempt, environment
from tests.s3_server import BUCKET, s3_server

CHANGES = 100
ROWS = 5
MADE: Counter[str] = Counter()  # requests


class Counted(Objects):
    """Notes its requests."""

    def call(self, method, **asked):
        MADE[method] += 1
        return super().call(method, **asked)


def change(folder, number):
    """Store some rows; seconds."""
    began = time.perf_counter()
    with folder.together():
        folder.append("attempts", [attempt(number * ROWS + i, "a") for i in range(ROWS)])
        folder.append("environments", [environment(f"{number}", "cpu")])
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as made, s3_server() as variables:
        os.environ |= variables | {"FEWLABELS_CACHE": f"{made}/cache"}
        on_disk = place(Path(made) / "run").create()
        in_bucket = place(f"s3://{BUCKET}/runs/x").create()
        in_bucket._objects.__class__ = Counted
        began = time.perf_counter()
        with on_disk.writing(), in_bucket.writing():
            print(f"opened in {time.perf_counter() - began:.2f} s: {dict(MADE)}")
            MADE.clear()
            took = {"disk": [], "bucket": []}
            for number in range(CHANGES):
                took["disk"].append(change(on_disk, number))
                took["bucket"].append(change(in_bucket, number))
            print(f"{CHANGES} changes of 2 tables: {dict(MADE)}")
            MADE.clear()
        print(f"closed: {dict(MADE)}")
        began = time.perf_counter()
        place(f"s3://{BUCKET}/runs/x").open()
        print(f"opened to be read in {time.perf_counter() - began:.2f} s")
    for where, seconds in took.items():
        each = statistics.median(seconds)
        print(f"{where}: {1e3 * each:.1f} ms for a change (median)")
    ratio = statistics.median(b / d for b, d in zip(took["bucket"], took["disk"], strict=True))
    print(f"the bucket takes {ratio:.1f} times as long as the disk (median of {CHANGES} pairs)")


if __name__ == "__main__":
    main()
