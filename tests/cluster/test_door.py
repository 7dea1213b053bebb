"""Real Rays with and without a token: who gets in, and what is said to who does not."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cluster import door, probe
from cluster.commands import run
from harness.errors import ClusterError
from tests.cluster.conftest import answering

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
closed = [path for path in session.parents if path.stat().st_mode & 0o077 == 0]
written = [str(path) for path in files if token in path.read_bytes()]
print(json.dumps([told, len(token), listens, len(files), written, bool(closed)]))
"""


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
    assert "(umask 077; ray get-auth-token --generate)" in said
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
    file = tmp_path / ".ray" / "auth_token"
    file.write_text(TOKEN)
    file.chmod(0o600)
    if mode:
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
    found, beware = door.check(heads[1], insecure=False)
    assert found.endswith(heads[1].partition(":")[2])
    assert beware == ""
    assert os.environ["RAY_AUTH_MODE"] == "token"


def test_without_a_token_it_is_said_where_one_is_looked_for(heads):
    with pytest.raises(ClusterError, match="asks for its token, and there is none in ") as refused:
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


def answers(monkeypatch, *answers):
    """The head of a cluster says these, one after the other."""
    left = list(answers)
    monkeypatch.setattr(door, "_must_answer", lambda _: None)
    monkeypatch.setattr(door, "_asked", lambda address, _: (address, left.pop(0)))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600])
def test_a_token_that_others_can_read_is_said(monkeypatch, tmp_path, mode):
    answers(monkeypatch, probe.OUT, probe.IN)
    (tmp_path / ".ray").mkdir()
    file = tmp_path / ".ray" / "auth_token"
    file.write_text(TOKEN)
    file.chmod(mode)
    found, beware = door.check("head:6379", insecure=False)
    assert found == "head:6379"
    is_open = mode != 0o600
    assert beware.endswith(f"can read the cluster's token in {file}: chmod 600 {file}") is is_open
    assert beware or not is_open


@pytest.mark.parametrize("token", ["abc\x07def", "clé", "two words"])
@pytest.mark.parametrize("way", ["variable", "file"])
def test_a_token_with_odd_characters_is_refused_before_ray_aborts(
    monkeypatch, tmp_path, token, way
):
    answers(monkeypatch, probe.OUT)  # and is not asked again
    if way == "variable":
        monkeypatch.setenv("RAY_AUTH_TOKEN", token)
        place = "RAY_AUTH_TOKEN"
    else:
        (tmp_path / "token").write_text(token)
        monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
        place = str(tmp_path / "token")
    with pytest.raises(ClusterError, match="has characters that no token has") as refused:
        door.check("head:6379", insecure=False)
    assert f"the token in {place} has" in str(refused.value)
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "said"),
    [("gone", "there is none in {}: put"), (".", "{} cannot be read (Is a directory): put")],
)
def test_a_wrong_path_of_the_token_is_said(monkeypatch, tmp_path, place, said):
    path = str(tmp_path / place)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", path)
    assert door._asked("127.0.0.1:1", "token")[1] == probe.NO_TOKEN
    answers(monkeypatch, probe.OUT, probe.NO_TOKEN)
    with pytest.raises(ClusterError) as refused:
        door.check("head:6379", insecure=False)
    assert f"asks for its token, and {said.format(Path(path))}" in str(refused.value)


def test_what_ray_says_is_never_shown_with_the_token(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    failed = subprocess.CompletedProcess([], 1, "", f"not there\nbearer {TOKEN}\n\n")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: failed)
    with pytest.raises(ClusterError, match=r"cannot join a Ray cluster at head:1: not there$"):
        door._asked("head:1", "token")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("a..b:6379", "nothing answers at a..b:6379: "),
        ("host:²", "--address host:²: give the host and port"),
        ("127.0.0.1:0", "give the host and port"),
        ("127.0.0.1:65536", "give the host and port"),
        (f"127.0.0.1:{5000 * '9'}", "give the host and port"),
        (":6379", "give the host and port"),
    ],
)
def test_an_address_that_is_none_is_one_line(address, said):
    with pytest.raises(ClusterError, match=said) as refused:
        door.check(address, insecure=False)
    assert "\n" not in str(refused.value)


def test_an_address_of_ipv6_may_stand_in_brackets():
    with pytest.raises(ClusterError, match=r"nothing answers at \[::1\]:1: ") as refused:
        door.check("[::1]:1", insecure=False)
    assert "not known" not in str(refused.value)


def test_auto_names_the_head_that_it_found_and_that_does_not_answer(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)  # else the one in ray_current_cluster
        with pytest.raises(ClusterError, match=r"nothing answers at [\d.]+:\d+ \(where Ray") as no:
            door.check("auto", insecure=False)
    assert address.partition(":")[2] in str(no.value)
    assert "give the HOST:PORT" in str(no.value)


def test_the_address_is_tried_before_the_data_are_read(sweeps, tmp_path):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(sweeps.text(datasets=[{"name": "npz", "path": str(tmp_path / "gone.npz")}]))
    app = typer.Typer()
    app.command()(run)
    done = CliRunner().invoke(app, [str(sweep), "--out", "x", "--address", "a..b:1"])
    assert isinstance(done.exception, ClusterError), done.exception


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--insecure"], "--insecure is for a cluster that --address names"),
        (["--insecure", "--executor", "inline"], "--insecure are for Ray; inline has one worker"),
        (["--workers", "1", "--executor", "inline"], "are for Ray; inline has one worker, here"),
    ],
)
def test_options_that_would_do_nothing_are_refused(sweeps, tmp_path, options, said):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(sweeps.text())
    app = typer.Typer()
    app.command()(run)
    done = CliRunner().invoke(app, [str(sweep), "--out", str(tmp_path / "x"), *options])
    assert isinstance(done.exception, ClusterError), done.exception
    assert said in str(done.exception)


def test_a_local_ray_listens_on_this_machine_only_and_writes_its_token_nowhere():
    done = subprocess.run(
        [sys.executable, "-c", LOCAL], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told, n_token, listens, n_files, written, is_private = json.loads(done.stdout.splitlines()[-1])
    assert told == "token"
    assert n_token == 64
    assert {"gcs_server", "raylet"} <= {name for name, _ in listens}
    assert {ip.removeprefix("::ffff:") for _, ip in listens} == {"127.0.0.1"}
    assert n_files > 5
    assert written == []
    assert is_private


def test_a_folder_that_somebody_else_made_is_not_taken_for_a_private_one(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "_short_base", lambda: tmp_path)
    mine = door._private_folder()
    assert mine == door._private_folder()
    mine.chmod(0o777)
    assert door._private_folder() != mine
    mine.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    mine.symlink_to(elsewhere)
    assert door._private_folder() != mine
    mine.unlink()
    mine.write_text("")
    other = door._private_folder()
    assert other.name != mine.name
    assert other.stat().st_mode & 0o777 == 0o700


def test_below_a_folder_with_a_long_name_sockets_go_to_tmp(monkeypatch, tmp_path):
    """Where Ray's own fit with nothing between."""
    monkeypatch.setattr(door, "SHORT", tmp_path)
    sockets = f"ray/session_2026-01-01_00-00-00_000000_{os.getpid()}/sockets/plasma_store"
    fits = door.SOCKET_BYTES - len(sockets) - 1
    for n, base in (
        (fits, tmp_path),
        (fits - len("/fl-1234567"), tmp_path),
        (fits - len("/fl-12345678"), None),
    ):
        monkeypatch.setattr("tempfile.tempdir", "/" + (n - 1) * "x")
        assert door._short_base() == (base or Path(tempfile.gettempdir()))
    monkeypatch.setattr("tempfile.tempdir", "/" + fits * "x")
    assert door._private_folder() == tmp_path / f"fl-{os.getuid()}"


def test_a_file_system_without_modes_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(door, "_short_base", lambda: tmp_path)
    for name in ("RAY_TMPDIR", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.setenv(name, "")
    assert door.lock_local() == ""
    assert os.environ["RAY_TMPDIR"] == str(tmp_path / f"fl-{os.getuid()}")
    monkeypatch.setenv("RAY_TMPDIR", "")
    mkdtemp = tempfile.mkdtemp

    def without_modes(**options):
        made = Path(mkdtemp(**options))
        made.chmod(0o777)
        return str(made)

    monkeypatch.setattr("tempfile.mkdtemp", without_modes)
    (tmp_path / f"fl-{os.getuid()}").chmod(0o777)
    said = door.lock_local()
    assert said.startswith(f"beware: {os.environ['RAY_TMPDIR']} is open to other users")


def test_where_no_folder_can_be_made_that_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(door, "_short_base", lambda: tmp_path / "gone")
    for name in ("RAY_TMPDIR", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.setenv(name, "")
    with pytest.raises(ClusterError, match=r"no folder for Ray's sockets and logs: .* RAY_TMPDIR"):
        door.lock_local()


def test_a_local_ray_that_cannot_start_is_one_line(monkeypatch):
    import ray

    from cluster import connection

    def refuse(**_):
        raise OSError("AF_UNIX path length cannot exceed 107 bytes: /x\nand more")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(ClusterError) as refused:
        connection.connect(None, 1)
    assert str(refused.value) == (
        "cannot start a local Ray: AF_UNIX path length cannot exceed 107 bytes: /x"
    )


SPY = """
import json, os
from pathlib import Path

from sklearn.tree import DecisionTreeClassifier


class _Spy(DecisionTreeClassifier):
    def fit(self, X, y):
        import ray

        context = ray.get_runtime_context()
        seen = os.environ["RAY_AUTH_MODE"], context.gcs_address, context.get_session_name()
        Path({seen!r}).write_text(json.dumps(seen))
        return super().fit(X, y)


def spy(seed: int, threads: int):
    return _Spy(random_state=seed)


COMPONENTS = {{"classifiers": {{"spy": spy}}}}
"""


def test_run_starts_such_a_ray(sweeps, tmp_path):
    (tmp_path / "spy.py").write_text(SPY.format(seen=str(tmp_path / "seen")))
    sweep = tmp_path / "sweep.yaml"
    small = {"classifiers": ["spy"], "strategies": ["random"], "repeats": 1, "budgets": [30]}
    small |= {"components": ["spy.py"], "reference": {"classifier": "spy"}}
    sweep.write_text(sweeps.text(tuning={"trials": 1}, **small))
    done = subprocess.run(
        [sys.executable, "-m", "fewlabels", "run", str(sweep), "--out", str(tmp_path / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    mode, address, session = json.loads((tmp_path / "seen").read_text())
    assert mode == "token"
    assert address.startswith("127.0.0.1:")
    assert (door._private_folder() / "ray" / session).is_dir()


@pytest.mark.long
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
