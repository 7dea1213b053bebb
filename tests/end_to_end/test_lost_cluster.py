"""Nodes of a cluster that come and go under a run, and a head that goes for good."""

import os
import secrets
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import RunFolderError
from harness.store import RunFolder

pytestmark = [pytest.mark.long, pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]
SWEEP = {
    "classifiers": ["slow"],
    "tuning": {"trials": 8, "startup": 5, "validation": {"folds": 3}},
    "reference": {"classifier": "slow"},
    "repeats": 1,
}
SLOW = """
import time
from pathlib import Path

from optuna.distributions import IntDistribution
from sklearn.tree import DecisionTreeClassifier


class _Slow(DecisionTreeClassifier):
    def fit(self, X, y):
        if Path({flag!r}).exists():
            time.sleep(0.3)
        return super().fit(X, y)


def slow(seed: int, threads: int, *, max_depth: int = 5):
    return _Slow(random_state=seed, max_depth=max_depth)


COMPONENTS = {{
    "classifiers": {{"slow": slow}},
    "classifier_spaces": {{"slow": {{"max_depth": IntDistribution(1, 9)}}}},
}}
"""
# A process of its own: this one may have a Ray already. It takes its orders line by line.
CLUSTER = """
import os, signal
from ray.cluster_utils import Cluster

cluster = Cluster()
def add(cpus):
    return cluster.add_node(num_cpus=cpus, include_dashboard=False)
nodes = [add({head}), add({other})]
(gcs,) = nodes[0].all_processes["gcs_server"]
print(cluster.address, flush=True)
for order in iter(input, "end"):
    if order == "remove":
        cluster.remove_node(nodes.pop(), allow_graceful=False)
    elif order == "add":
        nodes.append(add(1))
    else:
        os.kill(gcs.process.pid, signal.SIGKILL)
    print(order, flush=True)
cluster.shutdown()
"""
DRIVER = """
import cluster.lookout, cluster.ray_executor, fewlabels
cluster.lookout.SILENT_S = 6.0
cluster.ray_executor.NO_ROOM_S = 12.0
fewlabels.main()
"""


class Cluster:
    """Two nodes."""

    def __init__(self, head, other):
        token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.environment = {**os.environ, **token}
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLUSTER.format(head=head, other=other)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            env=self.environment,
        )
        self.address = self.process.stdout.readline().strip()

    def order(self, what):
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == f"{what}\n"

    def close(self):
        try:
            self.process.communicate("end\n", timeout=30)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def sweep(tmp_path):
    """Slow, until the file `slow` is removed."""
    flag = tmp_path / "slow"
    flag.touch()
    (tmp_path / "slow.py").write_text(SLOW.format(flag=str(flag)))
    return SWEEP | {"components": [str(tmp_path / "slow.py")]}


@pytest.fixture
def begin(sweeps, sweep, tmp_path):
    """Start a cluster and a run on it; give both once some trials are stored."""
    closing = []

    def begin(head, other):
        cluster = Cluster(head, other)
        closing.append(cluster.close)
        path = tmp_path / "sweep.yaml"
        path.write_text(sweeps.text(**sweep))
        command = [sys.executable, "-c", DRIVER, "run", str(path), "--out", str(tmp_path / "run")]
        driver = subprocess.Popen(
            [*command, "--address", cluster.address, "--segment-s", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=cluster.environment,
        )
        closing.append(partial(end, driver))
        wait_until(lambda: n_trials(tmp_path / "run") >= 3, driver)
        return cluster, driver

    yield begin
    for close in reversed(closing):
        close()


def end(driver):
    driver.kill()
    driver.communicate()


def wait_until(is_so, driver):
    deadline = time.monotonic() + 240
    while not is_so():
        assert driver.poll() is None, driver.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def n_trials(root):
    try:
        return len(RunFolder.open(root).read("trials", ["number"]))
    except RunFolderError:
        return 0


def ended(driver, tmp_path):
    """The last line of a run that had to end, and the seconds that this took."""
    since = time.monotonic()
    said, _ = driver.communicate(timeout=120)
    took = time.monotonic() - since
    assert driver.returncode == 1, said
    assert "Traceback" not in said
    assert n_trials(tmp_path / "run") < 32
    *_, last = (line for line in said.strip().splitlines() if "(raylet)" not in line)
    assert last.endswith("What was finished is stored. Run again to continue.")
    return last, took


@pytest.fixture
def assert_goes_on(sweeps, sweep, tmp_path):
    """Finish the run elsewhere; its tables are those of a run that nobody disturbed."""

    def check():
        (tmp_path / "slow").unlink()
        tables = sweeps.tables(sweeps.run(tmp_path / "run", **sweep))
        whole = sweeps.tables(sweeps.run(tmp_path / "whole", **sweep))
        for table, frame in whole.items():
            pd.testing.assert_frame_equal(frame, tables[table], obj=table, check_exact=True)

    return check


def test_when_the_head_is_killed_the_run_ends_soon_with_one_line(begin, assert_goes_on, tmp_path):
    cluster, driver = begin(1, 1)
    cluster.order("kill the head")
    last, took = ended(driver, tmp_path)
    assert last.startswith("the head of the cluster has not answered for")
    assert took < 60
    assert_goes_on()


def test_a_run_waits_for_a_node_goes_on_with_it_and_ends_when_none_comes(
    begin, assert_goes_on, tmp_path
):
    cluster, driver = begin(0, 1)
    cluster.order("remove")
    time.sleep(5)
    before = n_trials(tmp_path / "run")
    cluster.order("add")
    wait_until(lambda: n_trials(tmp_path / "run") > before, driver)
    attempts = RunFolder.open(tmp_path / "run").frame("attempts")
    assert set(attempts["cause"]) == {"node"}
    assert set(attempts["action"]) == {"again, on another node"}
    cluster.order("remove")
    last, _ = ended(driver, tmp_path)
    assert last.startswith("nodes have gone, and now a task asks for 1 CPUs (threads, limits.mem")
    assert_goes_on()
