"""Real limits, not made-up errors: a full disk, a limit on file sizes, a folder that is read-only.

Where the machine lets us mount a small disk of our own, that is what is filled.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import os, resource, sys
from pathlib import Path
from harness.errors import RunFolderError
from harness.store import RunFolder
from tests.harness.test_store import attempt, units

root, way = Path(sys.argv[1]), sys.argv[2]
folder = RunFolder.create(root / "run")
counted, message = 0, None
filler = root / "filler"
if way == "a full disk":
    filler.write_bytes(bytes(1_800_000))
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
try:
    with folder.writing():
        while counted < 2000:
            error = os.urandom(500).hex()
            folder.append("attempts", [attempt(counted, error=error)])
            counted += 1
except RunFolderError as error:
    message = str(error)
print(message)
assert 3 < counted < 2000, counted
assert units(RunFolder.open(root / "run")) == list(range(counted))
if way == "a full disk":
    filler.unlink()
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with folder.writing() as lines:
    assert lines == ()
    folder.append("attempts", [attempt(counted)])
assert units(folder) == list(range(counted + 1))
names = sorted(path.name for path in (root / "run").iterdir())
assert names == [".fewlabels.lock", "attempts"], names
"""
READ_ONLY = """
import subprocess, sys
from pathlib import Path
from harness.errors import RunFolderError
from harness.store import RunFolder

root = Path(sys.argv[1])
folder = RunFolder.create(root / "run")
subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
for begin in (lambda: RunFolder.create(root / "other"), lambda: RunFolder.create(root / "run")):
    try:
        with begin().writing():
            print("written")
    except RunFolderError as error:
        print(error)
assert folder.read("attempts").num_rows == 0
"""
OWN = ["unshare", "--user", "--map-root-user", "--mount"]


def may_mount():
    try:
        return subprocess.run([*OWN, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def said(code, folder, *arguments, own=False):
    command = [sys.executable, "-c", code, str(folder), *arguments]
    if own:
        mount = f'mount -t tmpfs -o size=2m none "{folder}" && exec "$@"'
        command = [*OWN, "sh", "-c", mount, "sh", *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


WAYS = {"a limit on file sizes": "File too large"}
if may_mount():
    WAYS["a full disk"] = "No space left on device"


@pytest.mark.parametrize("way", WAYS)
def test_a_run_stops_with_one_line_loses_nothing_and_goes_on_when_there_is_room(way, tmp_path):
    line = said(CODE, tmp_path, way, own=way == "a full disk")
    assert line.startswith(f"cannot use {tmp_path}/run/")
    assert line.endswith(f": {WAYS[way]}\n")
    assert line.count("\n") == 1


if may_mount():

    def test_a_disk_that_is_read_only_is_refused_before_anything_else(tmp_path):
        lines = said(READ_ONLY, tmp_path, own=True).splitlines()
        assert len(lines) == 2
        for line in lines:
            assert line.startswith(f"cannot use {tmp_path}/")
            assert line.endswith(": Read-only file system")
