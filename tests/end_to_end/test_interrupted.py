"""Ctrl-C and SIGKILL in the middle of a run: nothing is lost, and it goes on to the same tables."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from harness.errors import RunFolderError
from harness.store import RunFolder

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]
SWEEP = {"tuning": {"trials": 11, "startup": 5, "validation": {"folds": 3}}, "repeats": 1}


@pytest.fixture(scope="module")
def uninterrupted(sweeps, tmp_path_factory):
    return sweeps.tables(sweeps.run(tmp_path_factory.mktemp("whole") / "run", **SWEEP))


@pytest.fixture
def started(sweeps, tmp_path):
    """Start `fewlabels run`; give the process once the first trials are stored."""
    processes = []

    def start(executor):
        sweep = tmp_path / "sweep.yaml"
        sweep.write_text(sweeps.text(**SWEEP))
        command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep)]
        command += ["--out", str(tmp_path / "run"), "--executor", executor, "--segment-s", "0"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        processes.append(process)
        deadline = time.monotonic() + 240
        while n_trials(tmp_path / "run") < 5:
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def n_trials(root):
    try:
        return len(RunFolder.open(root).read("trials", ["number"]))
    except RunFolderError:
        return 0


def assert_continues(sweeps, root, uninterrupted):
    stored = n_trials(root)
    assert 5 <= stored < len(uninterrupted["trials"])
    tables = sweeps.tables(sweeps.run(root, **SWEEP))
    for table, frame in uninterrupted.items():
        pd.testing.assert_frame_equal(frame, tables[table], obj=table, check_exact=True)


@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_ctrl_c_finishes_what_runs_and_says_how_to_go_on(
    started, sweeps, tmp_path, uninterrupted, executor
):
    process = started(executor)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "finishing what runs" in said
    assert "Run the same command to continue" in said
    assert "Traceback" not in said
    assert_continues(sweeps, tmp_path / "run", uninterrupted)


@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_sigkill_loses_nothing_that_was_counted(started, sweeps, tmp_path, uninterrupted, executor):
    process = started(executor)
    family = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    for orphan in alive:  # a local Ray outlives a killed driver for a while
        orphan.kill()
    assert_continues(sweeps, tmp_path / "run", uninterrupted)
