"""The doctor on real Rays: one that is well, and one that has everything at once."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cluster.conftest import answering

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[3]
TOKEN = "13579bdf" * 8
CLOCK = """
import sys, time

if any(word.endswith("default_worker.py") for word in sys.orig_argv):
    right = time.time
    time.time = lambda: right() + 600
"""


def doctor(address, *words, token=None):
    """Its exit code and lines."""
    env = os.environ | ({"RAY_AUTH_TOKEN": token} if token else {})
    done = subprocess.run(
        [sys.executable, "-m", "fewlabels", "cluster", "doctor", "--address", address, *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def verdicts(lines):
    return {line[8:19].strip(): line.split()[0] for line in lines if line[:1].strip()}


@pytest.mark.long
def test_a_cluster_that_is_well_is_said_to_be(head):
    address = answering(head(TOKEN))
    code, lines, said = doctor(address, "quickstart", token=TOKEN)
    assert code == 0, (lines, said)
    assert lines[-1] == "nothing wrong, 0 to beware of, on 1 nodes"
    assert set(verdicts(lines[:-1]).values()) == {"fine"}
    (study,) = [line for line in lines if "study" in line]
    assert "all give this machine's scores, in " in study


@pytest.fixture(scope="module")
def sick(ray_start, tmp_path_factory):
    """Open to all, its dashboard too; with a node of another numpy, another time and no GPU.

    Gives its address, and the process that has started that node.
    """
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    dashboard = ("--dashboard-host=0.0.0.0", f"--dashboard-port={ports[1]}")
    options = ("--head", f"--port={ports[0]}", "--num-cpus=1", "--disable-usage-stats")
    ray_start(*options, "--no-monitor", *dashboard, RAY_AUTH_MODE="disabled")
    address = answering(f"127.0.0.1:{ports[0]}")
    other = tmp_path_factory.mktemp("other")
    (other / "numpy-1.2.3.dist-info").mkdir()
    (other / "numpy-1.2.3.dist-info" / "METADATA").write_text("Name: numpy\nVersion: 1.2.3\n")
    (other / "sitecustomize.py").write_text(CLOCK)
    path = f"{other}:{os.environ.get('PYTHONPATH', '')}"
    worker = ("--num-cpus=1", "--num-gpus=1")
    node = ray_start(f"--address={address}", *worker, PYTHONPATH=path, RAY_AUTH_MODE="disabled")
    answering(f"127.0.0.1:{ports[1]}")
    return address, node


def test_an_open_cluster_is_not_even_looked_at_unless_its_user_says_so(sick):
    code, lines, said = doctor(sick[0])
    assert (code, lines) == (1, [])
    assert "asks nobody for a token" in said
    assert "--insecure" in said


def test_everything_that_is_wrong_is_found_at_once(sick):
    words = ("ton_iot_first_look", "--set", "classifiers=[bilstm]", "--set", "neural.device=gpu")
    for _ in range(20):  # until the second node has joined
        code, lines, said = doctor(sick[0], *words, "--insecure", "--no-study")
        if lines and lines[-1].endswith("on 2 nodes"):
            break
        time.sleep(1)
    assert code == 1, (lines, said)
    assert verdicts(lines[:-1]) == {
        "answers": "fine",
        "token": "wrong",
        "dashboards": "wrong",
        "versions": "wrong",
        "GPUs": "wrong",
        "datasets": "wrong",
        "data way": "fine",
        "clock": "wrong",
        "space": verdicts(lines[:-1])["space"],  # this machine's own
    }
    text = "\n".join(lines)
    assert "dashboard, tried from there: HTTP 200" in text
    assert "numpy 1.2.3, here " in text
    assert "Ray counts 1, the node sees 0" in text
    assert "fewlabels datasets import ton_iot_network" in text
    assert " s ahead of this machine" in text


@pytest.mark.long
def test_a_node_that_hangs_is_named_and_the_others_are_looked_at(sick):
    address, node = sick
    stopped = psutil.Process(node.pid).children(recursive=True)
    for process in stopped:
        process.suspend()
    try:
        began = time.monotonic()
        code, lines, said = doctor(address, "--insecure", "--no-study", "--patience-s", "20")
        took_s = time.monotonic() - began
    finally:
        for process in stopped:
            process.resume()
    assert code == 1, (lines, said)
    assert lines[0].endswith("1 of 2 nodes say nothing of themselves")
    assert verdicts(lines[:-1])["versions"] == "fine"
    assert took_s < 120
