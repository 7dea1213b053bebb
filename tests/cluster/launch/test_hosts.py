"""The script for machines reachable by SSH, with a stand-in for ssh: each has a HOME of its own."""

import os
import re
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cluster.launch.hosts import script
from tests.cluster.launch.conftest import MACHINES, NASTY, NETWORKS
from tests.cluster.launch.shellcheck import shellcheck

pytestmark = pytest.mark.long

STUBS = {
    # As ssh does, the words after the host are joined and given to the login shell there.
    "ssh": """
{ printf ssh; printf ' <%s>' "$@"; echo; } >>"$CALLS"
while [[ "$1" != -- ]]; do shift; done
host=${2#*@}; shift 2
[[ "$host" != "${UNREACHABLE:-}" ]] || { echo "no route to $host" >&2; exit 255; }
mkdir -p "$MACHINES/$host"
HOME="$MACHINES/$host" RAY_AUTH_TOKEN_PATH= exec bash -c "$*" """,
    "ray": """
{ printf ray; printf ' <%s>' "$@"; echo; } >>"$CALLS"
[[ "$HOME" != *"/${FAILS:-none}" ]] || { echo "no memory left"; exit 1; }
for word in "$@"; do [[ "$word" == --port=* ]] && port=${word#*=}; done
exec python3 -c '
import socket, sys, time
door = socket.create_server(("127.0.0.1", int(sys.argv[1]))) if sys.argv[1] else None
time.sleep(120)
' "${port:-}" """,
}
LOCAL = """
[[nodes]]
name = "desk"
cpus = 8
memory_gb = 32
hosts = ["127.0.0.1", "desk-2"]
user = "me"
[[nodes]]
name = "gpu"
cpus = 4
memory_gb = 32
gpus = 1
hosts = ["desk-3"]
[paths]
runs = "/runs"
[hosts]
port = PORT
"""


class Machines:
    """Three, on stand-ins."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder, self.calls = folder / "machines", folder / "calls"
        self.home = folder / "home"
        (folder / "stubs").mkdir()
        for name, body in STUBS.items():
            path = folder / "stubs" / name
            path.write_text(f"#!/usr/bin/env bash\n{body}\n")
            path.chmod(0o755)
        self.script = folder / "hosts.sh"
        self.script.write_text(text)
        self.env = {
            **os.environ,
            "PATH": f"{folder / 'stubs'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "CALLS": str(self.calls),
            "MACHINES": str(self.folder),
        }

    def call(self, word, **env):
        return subprocess.run(
            ["/bin/bash", self.script, word],
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    def noted(self, host):
        path = self.folder / host / ".ray" / "fewlabels-small" / "pid"
        return int(path.read_text().split()[0]) if path.exists() else None

    def of(self, program):
        lines = self.calls.read_text().splitlines()
        return [re.findall("<([^>]*)>", line) for line in lines if line.startswith(program + " ")]


@pytest.fixture
def desks(tmp_path, machines, work, fit):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    made = []

    def make(text=LOCAL, **changes):
        text = text.replace("PORT", str(port))
        asked = work(**changes)
        made.append(Machines(tmp_path, script(asked, machines(text), fit(asked, text))))
        made[0].port, made[0].sweep = port, asked.named
        return made[0]

    yield make
    for host in ("127.0.0.1", "desk-2", "desk-3"):
        with suppress(ProcessLookupError):
            if pid := made[0].noted(host):
                os.kill(pid, signal.SIGKILL)


def node_of(text):
    return text.partition("<<'NODE'\n")[2].partition("\nNODE\n")[0]


def test_shellcheck_finds_nothing_in_the_script_and_in_what_a_machine_does(machines, work, fit):
    asked = work(**NETWORKS)
    text = script(asked, machines(), fit(asked))
    shellcheck(text)
    shellcheck(f"name=x head=h port=1\n{node_of(text)}\nstart head 1 0 1 1\nstop\n", "--shell=bash")


def test_ray_knows_every_option_that_machines_are_started_with(machines, work, fit):
    from ray.scripts.scripts import start

    asked = work()
    node = node_of(script(asked, machines(), fit(asked)))
    known = {option for param in start.params for option in param.opts}
    used = {*re.findall(r"(?<= |\()--[a-z-]{3,}", node)}
    assert "--dashboard-host" in used
    assert used <= known


def test_all_machines_start_with_one_token_and_stop(desks):
    made = desks()
    done = made.call("start")
    assert (done.returncode, done.stderr) == (0, "")
    deadline = time.monotonic() + 60
    while len(made.of("ray")) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)  # they are left running, and note by themselves that they were called
    head, *workers = made.of("ray")
    assert {"--head", f"--port={made.port}", "--dashboard-host=127.0.0.1"} < {*head}
    assert [f"--address=127.0.0.1:{made.port}" in worker for worker in workers] == [True, True]
    assert sorted(worker[1:3] for worker in workers) == [
        ["--num-cpus=4", "--num-gpus=1"],
        ["--num-cpus=8", "--num-gpus=0"],
    ]
    tokens = [*made.folder.glob("*/.ray/fewlabels-small/token"), made.home / ".ray" / "auth_token"]
    assert len(tokens) == 4
    assert len({path.read_text() for path in tokens}) == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in tokens} == {0o600}
    assert len(tokens[0].read_text()) == 64
    assert tokens[0].read_text() not in made.calls.read_text() + done.stdout
    assert f"fewlabels run {made.sweep} --out /runs/small --address" in done.stdout
    pids = [made.noted(host) for host in ("127.0.0.1", "desk-2", "desk-3")]
    done = made.call("stop")
    assert (done.returncode, done.stderr) == (0, "")
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert [*made.folder.glob("*/.ray/*")] == []


def test_a_token_that_is_there_is_kept(desks):
    made = desks()
    token = made.home / ".ray" / "auth_token"
    token.parent.mkdir(parents=True)
    token.write_text("f" * 64)
    assert made.call("start").returncode == 0
    assert token.read_text() == "f" * 64
    assert (made.folder / "desk-3" / ".ray" / "fewlabels-small" / "token").read_text() == "f" * 64
    made.call("stop")


def test_started_again_only_what_does_not_run_is_started(desks):
    made = desks()
    done = made.call("start", UNREACHABLE="desk-3")
    assert done.returncode == 1
    assert "no route to desk-3" in done.stderr
    assert "`stop` ends those that have" in done.stderr
    done = made.call("start")
    assert done.returncode == 0
    assert done.stdout.count("Ray runs already") == 2
    assert done.stderr == ""  # the token was taken for no command
    assert len(made.of("ray")) == 3
    made.call("stop")


def test_a_machine_where_ray_does_not_start_shows_rays_words(desks):
    made = desks()
    done = made.call("start", FAILS="desk-2")
    assert done.returncode == 1
    assert "Ray did not start" in done.stderr
    assert "no memory left" in done.stderr
    made.call("stop")


def test_stop_ends_nothing_that_start_did_not_start(desks):
    made = desks()
    other = subprocess.Popen(["sleep", "60"])  # noqa: S607
    folder = made.folder / "desk-2" / ".ray" / "fewlabels-small"
    folder.mkdir(parents=True)
    (folder / "pid").write_text(f"{other.pid} Thu_Jan_1_00:00:00_1970\n")
    assert made.call("stop", UNREACHABLE="desk-3").returncode == 1  # and the others are asked
    assert other.poll() is None
    other.kill()
    other.wait()
    assert not folder.exists()


def test_no_value_is_code(desks, tmp_path):
    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    text = LOCAL.replace('runs = "/runs"', f'runs = "/{quoted}"\ncache = "/{quoted}"')
    made = desks(text.replace("[paths]", f'[paths]\nenvironment = "/{quoted}"'))
    shellcheck(made.script.read_text(), "--severity=warning")
    assert made.call("start").returncode == 0
    assert made.call("stop").returncode == 0
    assert [*tmp_path.rglob("PWNED"), *Path().glob("PWNED")] == []


def test_ssh_takes_no_host_for_an_option(desks):
    made = desks(MACHINES.replace("10.0.0.1", "127.0.0.1") + "\n[hosts]\nport = PORT\n")
    text = made.script.read_text()
    assert text.count('-- "$') == 2
    assert text.count('ssh "${ssh_options[@]}"') == 2
