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

    def start(executor, enough=5, **changes):
        sweep = tmp_path / "sweep.yaml"
        sweep.write_text(sweeps.text(**SWEEP | changes))
        command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep)]
        command += ["--out", str(tmp_path / "run"), "--executor", executor, "--segment-s", "0"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a terminal sends its Ctrl-C to a whole process group
        )
        processes.append(process)
        deadline = time.monotonic() + 240
        while n_trials(tmp_path / "run") < enough:
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until(is_so):
    deadline = time.monotonic() + 240
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "finishing what runs" in said
    assert "Run the same command to continue" in said
    assert "Traceback" not in said
    assert_continues(sweeps, tmp_path / "run", uninterrupted)


SLOW = """
import time
from pathlib import Path

from sklearn.tree import DecisionTreeClassifier


class _Slow(DecisionTreeClassifier):
    def fit(self, X, y):
        log = Path({log!r})
        with log.open("a") as file:
            file.write("begun\\n")
        while not log.with_name("go on").exists():
            time.sleep(0.05)
        return super().fit(X, y)


COMPONENTS = {{"classifiers": {{"slow": lambda seed, threads: _Slow(random_state=seed)}}}}
"""


@pytest.fixture
def slow(tmp_path):
    """A sweep of eight references that wait for a file before they are fitted."""
    (tmp_path / "slow.py").write_text(SLOW.format(log=str(tmp_path / "log")))
    return {
        "components": [str(tmp_path / "slow.py")],
        "classifiers": ["slow"],
        "scalers": ["none", "standard", "min_max", "robust"],
        "resamplers": ["none", "random_over"],
        "reference": {"classifier": "slow"},
        "strategies": ["random"],
    }


def begun(tmp_path):
    log = tmp_path / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_after_one_signal_nothing_is_begun_even_if_ray_has_it_already(started, slow, tmp_path):
    process = started("ray", enough=0, **slow)
    wait_until(lambda: begun(tmp_path) >= 2)
    time.sleep(2)  # for Ray to have what it is given ahead of time
    running = begun(tmp_path)
    process.send_signal(signal.SIGTERM)
    time.sleep(2)
    assert process.poll() is None
    (tmp_path / "go on").touch()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Run the same command to continue" in said
    assert "Traceback" not in said
    assert begun(tmp_path) == running
    assert len(RunFolder.open(tmp_path / "run").read("references", ["status"])) == running


@pytest.mark.parametrize(
    ("executor", "number"),
    [
        ("inline", signal.SIGTERM),
        pytest.param("ray", signal.SIGINT, marks=pytest.mark.long),
    ],
)
def test_after_two_it_stops_at_once(started, slow, tmp_path, executor, number):
    process = started(executor, enough=0, **slow)
    wait_until(lambda: begun(tmp_path) >= 1)
    process.send_signal(number)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "Run the same command to continue" in said
    assert "Traceback" not in said


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
