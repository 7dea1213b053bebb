"""How much memory and time the import of a large made-up Edge-IIoTset file takes.

    python -m tests.benchmarks.edge_iiotset_import [--rows 2000000] [--folder /tmp]

Writes a file in the layout of DNN-EdgeIIoT-dataset.csv (mostly normal rows, a payload per packet,
shifted rows), imports it in a process of its own, prepares it in another, prints what each
took at most, and exits with 1 where the import took 2 GB or more. Run from the root of the tree.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.datasets import made_edge_iiotset as made

LIMIT_BYTES = 2 * 10**9
NORMAL_SHARE = 0.73
NAME = "DNN-EdgeIIoT-dataset.csv"
IMPORT = "print(DATASET.import_file(Path(sys.argv[1])))"
PREPARE = "print(DATASET.prepare().numbers.shape)"
CHILD = """
import resource, sys
from pathlib import Path
from datasets.edge_iiotset import DATASET
{}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def counts(rows):
    attacks = [name for name in made.CARD.classes if name != "Normal"]
    each = round(rows * (1 - NORMAL_SHARE) / len(attacks))
    return {"Normal": rows - each * len(attacks), **dict.fromkeys(attacks, each)}


def measured(code, path, cache):
    """Seconds and resident bytes, at most, of a process that does `code`."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(code), str(path)],
        env={**os.environ, "FEWLABELS_CACHE": str(cache), "PYTHONPATH": os.getcwd()},  # noqa: PTH109
        check=True,
        capture_output=True,
        text=True,
    )
    *said, n_bytes = done.stdout.splitlines()
    return "\n  ".join(said), time.perf_counter() - start, int(n_bytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        path = Path(name) / NAME
        made.write(path, counts(asked.rows))
        print(f"{asked.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")
        taken = {}
        for step, code in (("import", IMPORT), ("prepare", PREPARE)):
            said, seconds, taken[step] = measured(code, path, Path(name) / "cache")
            print(f"{step}: {seconds:,.1f} s, {taken[step] / 1e6:,.0f} MB resident\n  {said}")
    return int(taken["import"] >= LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
