"""The sbatch script, by shellcheck and among stand-ins for Slurm, Ray and fewlabels."""

import os
import re
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from cluster.launch.slurm import script
from tests.cluster.launch.conftest import MACHINES, NASTY, NETWORKS
from tests.cluster.launch.shellcheck import shellcheck

# Each notes its call, with what the script must not show: the token is a file's, not a word's.
pytestmark = pytest.mark.long

NOTE = """#!/usr/bin/env bash
{ printf '%s' "$(basename "$0")"; printf ' <%s>' "$@"; echo; } >>"$CALLS"
"""
STUBS = {
    "hostname": 'echo "127.0.0.1 10.9.9.9"',
    # Slowly: whoever reads only the first line must not end it.
    "scontrol": """
case "$1" in
  show) for i in 1 2 3; do echo "node$i"; sleep 0.1; done ;;
  requeue) exit "${REQUEUE_CODE:-0}" ;;
esac""",
    # Runs the command once for each task, as Slurm would elsewhere.
    "srun": """
n=1
while [[ "$1" == --* ]]; do [[ "$1" == --ntasks=* ]] && n=${1#*=}; shift; done
pids=()
trap 'for pid in "${pids[@]}"; do kill -TERM -- "-$pid"; done' TERM
for ((i = 0; i < n; i++)); do SLURM_PROCID=$i setsid "$@" & pids+=("$!"); done
code=0
for pid in "${pids[@]}"; do while kill -0 "$pid" 2>/dev/null; do wait "$pid" || code=$?; done; done
exit "$code" """,
    "ray": """
modes=$(stat -c '%a' "$RAY_AUTH_TOKEN_PATH" "$(dirname "$RAY_AUTH_TOKEN_PATH")")
echo "modes" $modes "of $(wc -c <"$RAY_AUTH_TOKEN_PATH")" >>"$CALLS"
[[ "$2" == --head ]] || exit 0
[[ -z "${HEAD_FAILS:-}" ]] || { echo "no such option" >&2; exit 7; }
for word in "$@"; do [[ "$word" == --port=* ]] && port=${word#*=}; done
exec python3 -c '
import socket, sys, time
door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
' "$port" """,
    "fewlabels": """
echo "token of $(wc -c <"$RAY_AUTH_TOKEN_PATH")" >>"$CALLS"
if [[ -n "${RUN_UNTIL_TERM:-}" ]]; then
  trap 'exit 130' TERM
  touch "$CALLS.running"
  while :; do sleep 0.05; done
fi
exit "${RUN_CODE:-0}" """,
}


class Job:
    """A job of this script, on stand-ins."""

    def __init__(self, folder: Path, text: str) -> None:
        bin_ = folder / "stubs"
        bin_.mkdir()
        for name, body in STUBS.items():
            (bin_ / name).write_text(NOTE + body + "\n")
            (bin_ / name).chmod(0o755)
        self.calls, self.path = folder / "calls", folder / "job.sh"
        self.path.write_text(text)
        self.id = str(os.getpid() % 100_000 + 100_000)
        self.env = {
            **os.environ,
            "PATH": f"{bin_}:{os.environ['PATH']}",
            "CALLS": str(self.calls),
            "SLURM_JOB_ID": self.id,
            "SLURM_JOB_NODELIST": "node[1-3]",
        }
        self.folder = folder

    def start(self, **env):
        self.calls.unlink(missing_ok=True)
        return subprocess.Popen(
            ["/bin/bash", self.path],
            env=self.env | env,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, **env):
        job = self.start(**env)
        _, said = job.communicate(timeout=60)
        return job.returncode, said

    def must_get_to_the_run(self, running):
        flag, end = Path(f"{self.calls}.running"), time.monotonic() + 60
        while not flag.exists():
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)

    def of(self, program):
        lines = self.calls.read_text().splitlines()
        return [re.findall("<([^>]*)>", line) for line in lines if line.startswith(program + " ")]


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "shared runs"
    folder.mkdir()
    return folder


@pytest.fixture
def job(tmp_path, machines, work, fit, runs):
    def make(machine_text=MACHINES, overrides=(), **changes):
        text = machine_text.replace("/shared/runs", str(runs))
        asked = work(overrides=overrides, **changes)
        made = Job(tmp_path, script(asked, machines(text), fit(asked, text)))
        made.sweep = asked.named
        return made

    return make


@pytest.mark.parametrize("changes", [{}, NETWORKS], ids=["plain", "networks"])
def test_shellcheck_finds_nothing_in_the_script_and_in_what_a_node_does(
    machines, work, fit, changes
):
    asked = work(**changes)
    text = script(asked, machines(), fit(asked))
    shellcheck(text)
    node = text.partition("<<'NODE'\n")[2].partition("\nNODE\n")[0]
    shellcheck(node, "--shell=bash")


def test_each_kind_of_node_is_a_component_and_asks_for_what_it_has(machines, work, fit):
    asked = work(**NETWORKS)
    lines = script(asked, machines(), fit(asked)).splitlines()
    header = [line.removeprefix("#SBATCH ") for line in lines if line.startswith("#SBATCH ")]
    first, second = header[: header.index("hetjob")], header[header.index("hetjob") + 1 :]
    assert first[:5] == [
        "--job-name=small",
        "--output=%x-%j.out",
        "--open-mode=append",
        "--requeue",
        "--signal=B:TERM@300",
    ]
    # The one with GPUs first: the run looks for a GPU when it begins, and begins on the head.
    assert {"--nodes=2", "--gres=gpu:a100:1", "--mem=32768M", "--constraint=ib&ssd"} < {*first}
    assert {"--nodes=3", "--cpus-per-task=16", "--mem=65536M", "--partition=long"} < {*second}
    assert not any("gres" in line for line in second)


def test_slurm_reads_every_option_before_the_first_command(machines, work, fit):
    asked = work()
    lines = script(asked, machines(), fit(asked)).splitlines()
    first = next(i for i, line in enumerate(lines) if line and not line.startswith("#"))
    assert not any(line.startswith("#SBATCH") for line in lines[first:])


def test_ray_knows_every_option_that_its_nodes_are_started_with(machines, work, fit):
    from ray.scripts.scripts import start

    asked = work(**NETWORKS)
    text = script(asked, machines(), fit(asked))
    node = text.partition("<<'NODE'\n")[2].partition("\nNODE\n")[0]
    known = {option for param in start.params for option in param.opts}
    used = {*re.findall(r"(?<= |\()--[a-z-]+", node)}
    assert len(used) > 10
    assert used <= known


def test_the_head_starts_then_the_workers_join_then_the_run_begins(job, runs):
    made = job()
    code, said = made.run()
    assert (code, said) == (0, "")
    heads, *others = made.of("srun")
    others.sort()  # both started at once
    assert heads[:3] == ["--het-group=0", "--nodes=1", "--ntasks=1"]
    assert "--nodelist=node1" in heads
    assert [step[:3] for step in others] == [
        ["--het-group=0", "--nodes=2", "--ntasks=2"],
        ["--het-group=1", "--nodes=2", "--ntasks=2"],
    ]
    assert "--exclude=node1" in others[0]
    head, *workers = made.of("ray")
    port = str(20000 + int(made.id) % 10000)
    assert {"--head", "--node-ip-address=127.0.0.1", f"--port={port}", "--num-cpus=16"} < {*head}
    assert {"--include-dashboard=false", "--block"} < {*head}
    assert len(workers) == 4
    for worker in workers:
        assert f"--address=127.0.0.1:{port}" in worker
    assert sorted(w[2] for w in workers) == ["--num-cpus=16"] * 2 + ["--num-cpus=8"] * 2
    assert sorted(w[3] for w in workers) == ["--num-gpus=0"] * 2 + ["--num-gpus=1"] * 2
    assert made.of("fewlabels") == [
        ["run", made.sweep, "--out", f"{runs}/small", "--address", f"127.0.0.1:{port}"]
    ]


def test_the_token_is_in_a_private_file_in_no_words_and_gone_in_the_end(job, runs):
    made = job()
    assert made.run()[0] == 0
    calls = made.calls.read_text()
    assert calls.count("modes 600 700 of 64\n") == 5  # the head and four workers
    assert "token of 64" in calls
    assert not re.search("[0-9a-f]{32}", calls)
    assert [*runs.iterdir()] == []


def test_a_head_that_fails_ends_the_job_with_a_word_and_without_a_run(job, runs):
    made = job()
    code, said = made.run(HEAD_FAILS="1")
    assert code == 1
    assert "no such option" in said
    assert "Ray's head on node1 has ended" in said
    assert made.of("fewlabels") == []
    assert [*runs.iterdir()] == []


@pytest.mark.parametrize("code", [1, 3])
def test_the_job_ends_as_the_run_did_and_is_not_put_back(job, code):
    made = job()
    assert made.run(RUN_CODE=str(code))[0] == code
    assert [call[0] for call in made.of("scontrol")] == ["show"]


def test_before_the_end_the_run_stops_in_time_and_the_job_is_put_back_and_goes_on(job, runs):
    made = job()
    running = made.start(RUN_UNTIL_TERM="1")
    made.must_get_to_the_run(running)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 130
    assert made.of("scontrol")[-1] == ["requeue", made.id]
    assert [*runs.iterdir()] == []
    first = made.of("fewlabels")
    code, _ = made.run(SLURM_RESTART_COUNT="1")
    assert code == 0
    assert made.of("fewlabels") == first  # the same folder is continued


def test_where_slurm_does_not_put_it_back_it_says_what_to_do(job):
    made = job()
    running = made.start(RUN_UNTIL_TERM="1", REQUEUE_CODE="1")
    made.must_get_to_the_run(running)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "submit it again" in said


def test_no_value_is_code(tmp_path, machines, work, fit):
    runs = tmp_path / "r"
    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    text = MACHINES.replace('"/shared/runs"', f'"{runs}/{quoted}"')
    text += '\n[slurm]\ntime = "1:00:00"\n'
    text = text.replace("[paths]", f'[paths]\nenvironment = "/{quoted}"\ncache = "/{quoted}"')
    asked = work(f"{NASTY.replace('/', '')}.yaml")
    made = Job(tmp_path, script(asked, machines(text), fit(asked, text)))
    shellcheck(made.path.read_text(), "--severity=warning")
    assert made.run()[0] == 0
    assert [*tmp_path.rglob("PWNED")] == []
    ran = made.calls.read_text().partition("\nfewlabels ")[2]
    assert f"<{asked.named}> <--out> <{runs}/{NASTY}/small>" in ran


@pytest.mark.parametrize("field", ["partition", "constraint"])
@pytest.mark.parametrize("value", ["a b", "a'b", "$(x)", "a\\nb", "#"])
def test_what_slurm_reads_itself_holds_nothing_to_quote(machines, field, value):
    from harness.errors import ClusterFileError

    text = MACHINES.replace('name = "cpu"', f'name = "cpu"\n{field} = "{value}"')
    text = text.replace('partition = "long"', "").replace('constraint = "ib&ssd"', "")
    with pytest.raises(ClusterFileError, match=rf"nodes\[0\].{field}: must "):
        machines(text)


def test_files_of_the_job_are_for_its_user_only(job, runs):
    made = job()
    running = made.start(RUN_UNTIL_TERM="1")
    made.must_get_to_the_run(running)
    (private,) = runs.iterdir()
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [private, *private.rglob("*")]}
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert modes == {0}
