"""Real Rays with and without a token: who gets in, and what is said to who does not."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cluster import door
from harness.errors import ClusterError

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef" * 4
LOCAL = """
import json, os, sys
from pathlib import Path
import psutil
from cluster import door

door.lock_local()
from cluster.connection import connect
import ray

connect(None, 1)
told = ray.get(ray.remote(lambda: os.environ["RAY_AUTH_MODE"]).remote())
me = psutil.Process()
listens = [
    (process.name(), each.laddr.ip)
    for process in (me, *me.children(recursive=True))
    for each in process.net_connections("inet")
    if each.status == psutil.CONN_LISTEN
]
token = os.environ["RAY_AUTH_TOKEN"].encode()
session = Path(ray._private.worker._global_node.get_session_dir_path())
files = [path for path in (*session.rglob("*"), *Path.home().rglob("*")) if path.is_file()]
written = [str(path) for path in files if token in path.read_bytes()]
print(json.dumps([told, len(token), listens, len(files), written]))
"""


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    """Start the head of a cluster, with that token or with none; gives its host:port."""
    started = []

    def head(token):
        home = tmp_path_factory.mktemp("head")
        env = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")} | {
            "HOME": str(home)
        }
        if token:
            env |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--head", "--block", f"--port={port}", "--num-cpus=1", "--disable-usage-stats"]
        started.append(
            subprocess.Popen(
                [Path(sys.executable).with_name("ray"), "start", *options, "--no-monitor"],
                env=env | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return f"127.0.0.1:{port}"

    yield head
    for process in started:
        family = [*psutil.Process(process.pid).children(recursive=True), process]
        for member in family:
            member.kill()
        process.wait(30)


def answering(address):
    host, port = address.split(":")
    for _ in range(600):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def heads(head):
    """One without a token and one with."""
    both = head(None), head(TOKEN)
    return tuple(map(answering, both))


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_MODE", "")  # so that it is put back afterwards
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


def test_a_cluster_that_asks_nobody_for_a_token_is_refused(heads):
    with pytest.raises(ClusterError) as refused:
        door.check(heads[0], insecure=False)
    port = heads[0].partition(":")[2]
    said = str(refused.value)
    assert said.startswith("the Ray cluster at ")
    assert f":{port} asks nobody for a token: whoever reaches its ports runs code" in said
    assert "ray get-auth-token --generate" in said
    assert "RAY_AUTH_MODE=token" in said
    assert "--insecure" in said
    assert "\n" not in said


def test_it_is_joined_if_that_is_asked_for_and_said_but_shown_no_token(heads, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    _, beware = door.check(heads[0], insecure=True)
    assert beware.startswith("beware: the Ray cluster at ")
    assert os.environ["RAY_AUTH_MODE"] == "disabled"


@pytest.mark.parametrize("mode", [None, "disabled", "token"])
def test_the_right_token_is_shown_whatever_the_environment_says_of_the_mode(
    heads, monkeypatch, tmp_path, mode
):
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text(TOKEN)
    if mode:
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
    found, beware = door.check(heads[1], insecure=False)
    assert found.endswith(heads[1].partition(":")[2])
    assert beware == ""
    assert os.environ["RAY_AUTH_MODE"] == "token"


def test_without_a_token_it_is_said_where_one_is_looked_for(heads):
    with pytest.raises(ClusterError, match="asks for its token, and there is none here") as refused:
        door.check(heads[1], insecure=False)
    assert "~/.ray/auth_token" in str(refused.value)


def test_a_wrong_token_is_refused_by_the_name_of_its_place_and_not_shown(heads, monkeypatch):
    wrong = "f" * 64
    monkeypatch.setenv("RAY_AUTH_TOKEN", wrong)
    with pytest.raises(
        ClusterError, match="does not take the token that is in RAY_AUTH_TOKEN:"
    ) as no:
        door.check(heads[1], insecure=False)
    assert wrong not in str(no.value)
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    path = Path.home() / "token"
    path.write_text(wrong)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(path))
    with pytest.raises(ClusterError, match=f"the token that is in {path}:"):
        door.check(heads[1], insecure=True)


def test_where_nothing_answers_is_said_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"nothing answers at {address}"):
            door.check(address, insecure=False)
    with pytest.raises(ClusterError, match="give the host and port of the cluster's head"):
        door.check("ray://head", insecure=False)


def test_a_local_ray_listens_on_this_machine_only_and_writes_its_token_nowhere():
    done = subprocess.run(
        [sys.executable, "-c", LOCAL], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told, n_token, listens, n_files, written = json.loads(done.stdout.splitlines()[-1])
    assert told == "token"
    assert n_token == 64
    assert {"gcs_server", "raylet"} <= {name for name, _ in listens}
    assert {ip.removeprefix("::ffff:") for _, ip in listens} == {"127.0.0.1"}
    assert n_files > 5
    assert written == []


def test_run_joins_an_open_cluster_only_if_told_to(heads, sweeps, tmp_path):
    sweep, out = tmp_path / "sweep.yaml", tmp_path / "run"
    small = {"classifiers": ["naive_bayes"], "strategies": ["random"], "repeats": 1}
    sweep.write_text(sweeps.text(budgets=[30], tuning={"trials": 1}, **small))

    def run(*options):
        command = ["run", str(sweep), "--out", str(out), "--address", heads[0], *options]
        return subprocess.run(
            [sys.executable, "-m", "fewlabels", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    refused = run()
    assert refused.returncode == 1
    assert "asks nobody for a token" in refused.stderr
    assert not out.exists()
    done = run("--insecure")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("beware: the Ray cluster at") == 1
