"""A real head with a token: a sweep is submitted, stopped, submitted again and fetched."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from harness.shipped import open_sweep
from harness.store import RunFolder
from tests.cluster.conftest import answering
from tests.conftest import carry_out

pytestmark = [pytest.mark.ray, pytest.mark.long, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[3]
TOKEN = "0123456789abcdef" * 4


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def head(ray_start, tmp_path_factory):
    """Its dashboard's address, its HOME and its folder of Ray's files."""
    home = tmp_path_factory.mktemp("head")
    port, dashboard, agent = free_ports(3)
    with tempfile.TemporaryDirectory(prefix="ray-") as of_ray:
        options = ["--head", f"--port={port}", "--num-cpus=1", "--disable-usage-stats"]
        options += [f"--dashboard-port={dashboard}", f"--dashboard-agent-listen-port={agent}"]
        options += ["--no-monitor", "--temp-dir", of_ray]
        own = {"HOME": str(home), "FEWLABELS_CACHE": str(home / "cache")}
        ray_start(*options, token=TOKEN, PYTHONPATH=str(ROOT), **own)
        answering(f"127.0.0.1:{dashboard}")
        yield f"http://127.0.0.1:{dashboard}", home, Path(of_ray)


@pytest.fixture
def fewlabels(head, tmp_path):
    """Call it as the user, who has another HOME; gives what it says."""
    (tmp_path / "home").mkdir()
    # Ray would go to that address, whatever it was told.
    changes = {"RAY_ADDRESS": "http://127.0.0.1:1", "HOME": str(tmp_path / "home")}

    def fewlabels(*words, code=0, token=TOKEN):
        ours = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        command = [sys.executable, str(ROOT / "fewlabels.py"), *words, "--address", head[0]]
        done = subprocess.run(
            command,
            env=ours | changes | {"RAY_AUTH_TOKEN": token},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    return fewlabels


def until(is_so, patience_s=120):
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def n_trials(root):
    return len(RunFolder.open(root).read("trials", ["number"])) if root.exists() else 0


def test_a_run_is_submitted_stopped_submitted_again_and_fetched(
    head, fewlabels, sweep, pause, tmp_path, sweeps
):
    _, home, of_ray = head
    run = home / "fewlabels" / "runs" / "sent"
    pause.write_text("2")
    said = fewlabels("submit", str(sweep), "--segment-s", "0")
    assert said.startswith("sent-1 is submitted; its run folder is ~/fewlabels/runs/sent on the")
    for words in ("status sent-1", "logs sent-1 --follow", "stop sent-1", "fetch sent-1 -o "):
        assert f"fewlabels cluster {words}" in said
    until(lambda: n_trials(run) >= 1)
    assert "sent-1 writes that run (~/fewlabels/runs/sent) already" in fewlabels(
        "submit", str(sweep), code=1
    )
    assert "sent-1, of " in (told := fewlabels("cluster", "status"))
    assert ": runs" in told
    assert "sent-1 still writes its run; stop it first" in fewlabels(
        "cluster", "fetch", "-o", "early", code=1
    )
    assert "finishes what it does" in fewlabels("cluster", "stop")
    pause.write_text("0")
    until(lambda: ": stopped" in fewlabels("cluster", "status", "sent"))
    assert "interrupted; what was finished is in" in fewlabels("cluster", "logs")
    before = n_trials(run)
    assert 1 <= before < 16
    fewlabels("cluster", "fetch", "-o", "half", "sent-1")
    assert n_trials(tmp_path / "half") == before

    pause.unlink()
    assert fewlabels("submit", str(sweep)).startswith("sent-2 is submitted")
    followed = fewlabels("cluster", "logs", "sent-2", "--follow")
    assert "trials 16/16" in followed
    until(lambda: ": done" in fewlabels("cluster", "status", "sent-2"))
    listed = fewlabels("cluster", "jobs").splitlines()
    assert [line.split()[0] for line in listed] == ["sent-1", "sent-2"]
    assert fewlabels("cluster", "stop", "sent-1").startswith("sent-1 has ended already: stopped")

    told = fewlabels("cluster", "fetch", "-o", "home run")
    assert "fewlabels report 'home run' -o site" in told
    here = carry_out(open_sweep(str(sweep)), tmp_path / "here")
    sweeps.must_equal(RunFolder.open(tmp_path / "home run"), here)
    sweeps.must_equal(here, RunFolder.open(tmp_path / "home run"))
    assert not (home / "cache").exists()  # what was sent has its own

    assert "it is another cluster's" in fewlabels("cluster", "jobs", code=1, token="f" * 64)
    logs = [*of_ray.glob("session_2*/logs/job-driver-raysubmit*.log")]
    assert len(logs) == 2
    until(lambda: not any(log.read_text() for log in logs), 20)  # of what was handed over
    secret = [path for path in of_ray.rglob("*") if path.is_file() and TOKEN.encode() in read(path)]
    assert secret == []


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_run_that_the_head_refuses_says_why(fewlabels, sweep, head):
    occupied = head[1] / "occupied"
    occupied.mkdir()
    (occupied / "letter.txt").write_text("mine")
    fewlabels("submit", str(sweep), "--out", "~/occupied")
    until(lambda: ": ended with an error; the log says which" in fewlabels("cluster", "status"))
    assert "is not empty and holds no run" in fewlabels("cluster", "status")
    told = fewlabels("cluster", "fetch", "-o", "x", code=1)
    assert "the head did not hand ~/occupied over: no run at " in told
