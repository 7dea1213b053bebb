"""A cluster that begins with a head alone: Ray's own autoscaler starts its nodes, on this machine.

Its provider of made-up nodes ships with Ray, its settings do not. (`ray.cluster_utils` has a class
for all that, which stops every Ray of the machine first.)
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster.conftest import answering

pytestmark = [pytest.mark.long, pytest.mark.ray, pytest.mark.xdist_group("ray")]

ROOT = Path(__file__).parents[2]
TOKEN = "fedcba98" * 8
HEAD_ID = "f" * 51 + "00000"  # as the provider expects it
PROVIDER = "ray.autoscaler._private.fake_multi_node.node_provider.FakeMultiNodeProvider"
ASKED = """
import sys
from cluster import door

address, _ = door.check(sys.argv[1], insecure=False)
import ray
from cluster.connection import connect

connect(address, None)
from cluster.autoscaler import _status

state = _status().cluster_resource_state
print(sum(len(one.resource_requests) for one in state.cluster_resource_constraints))
print(sum(node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]))
"""


def settings(port):
    """At most two nodes with a CPU."""
    lists = ["cluster_synced_files", "rsync_exclude", "rsync_filter", "initialization_commands"]
    lists += ["setup_commands", "head_setup_commands", "worker_setup_commands"]
    lists += ["head_start_ray_commands", "worker_start_ray_commands"]
    resources = {"CPU": 1, "object_store_memory": 100 * 2**20}
    head = {"resources": {}, "node_config": {}, "max_workers": 0}
    node = {"resources": resources, "node_config": {}, "min_workers": 0, "max_workers": 2}
    return {name: [] for name in lists} | {
        "cluster_name": "growing",
        "max_workers": 2,
        "idle_timeout_minutes": 5,
        "provider": {
            "type": "external",
            "module": PROVIDER,
            "gcs_address": f"127.0.0.1:{port}",
            "head_node_id": HEAD_ID,
            "launch_multiple": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "auth": {},
        "docker": {},
        "file_mounts": {},
        "head_node_type": "ray.head.default",
        "available_node_types": {"ray.head.default": head, "cpu": node},
    }


@pytest.fixture(scope="module")
def growing(ray_start, tmp_path_factory):
    """The address of a head without CPUs, and of its autoscaler."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = tmp_path_factory.mktemp("autoscaler") / "settings.json"
    path.write_text(json.dumps(settings(port)))
    ray_start(
        *("--head", f"--port={port}", "--num-cpus=0", "--disable-usage-stats"),
        *("--include-dashboard=false", f"--autoscaling-config={path}"),
        token=TOKEN,
        RAY_FAKE_CLUSTER="1",
        RAY_enable_autoscaler_v2="1",
        RAY_CLOUD_INSTANCE_ID=HEAD_ID,
        RAY_OVERRIDE_NODE_ID_FOR_TESTING=HEAD_ID,
        AUTOSCALER_UPDATE_INTERVAL_S="1",
    )
    return answering(f"127.0.0.1:{port}")


def run(growing, sweep, out, *options):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "fewlabels", "run", sweep),
            *("--out", out, "--address", growing, *options),
        ],
        cwd=ROOT,
        env=os.environ | {"RAY_AUTH_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
        text=True,
    )


def asked(growing):
    """How many shapes of tasks the autoscaler is asked for now; and the CPUs that there are."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED, growing],
        cwd=ROOT,
        env=os.environ | {"RAY_AUTH_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n, cpus = done.stdout.split()[-2:]  # Ray may have warned of tasks that wait for a node
    return int(n), float(cpus)


def test_what_no_node_type_has_is_refused_before_the_run(growing, sweeps, tmp_path):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(sweeps.text(threads=64))
    refused = run(growing, sweep, tmp_path / "run")
    _, said = refused.communicate(timeout=120)
    assert refused.returncode == 1
    assert "64 CPUs (threads, limits.memory_gb), and no node has that, and the autoscaler" in said
    assert not (tmp_path / "run" / "trials").exists()
    assert asked(growing) == (0, 0.0)


def test_a_run_on_a_head_without_cpus_gets_its_nodes(growing, sweeps, tmp_path):
    sweep, out = tmp_path / "sweep.yaml", tmp_path / "run"
    sweep.write_text(sweeps.text())
    ran = run(growing, sweep, out)
    _, said = ran.communicate(timeout=300)
    assert ran.returncode == 0, said
    # All that the autoscaler may start, though much more was waiting; and it is let go of them.
    assert asked(growing) == (0, 2.0)
    from harness.store import RunFolder

    sweeps.must_equal(sweeps.run(tmp_path / "inline"), RunFolder.open(out))


def test_a_run_that_is_stopped_lets_go_of_its_nodes(growing, sweeps, tmp_path):
    sweep, out = tmp_path / "sweep.yaml", tmp_path / "run"
    sweep.write_text(sweeps.text(repeats=100))
    stopped = run(growing, sweep, out, "--segment-s", "0")
    for _ in range(600):  # until something is stored
        if any((out / "rounds").glob("*.parquet")):
            break
        time.sleep(0.2)
    assert asked(growing)[0] == 1
    assert stopped.poll() is None
    for _ in range(2):  # once finishes what runs, twice stops now
        stopped.send_signal(signal.SIGINT)
        time.sleep(0.5)
    _, said = stopped.communicate(timeout=120)
    assert stopped.returncode == 130, said
    assert asked(growing)[0] == 0
