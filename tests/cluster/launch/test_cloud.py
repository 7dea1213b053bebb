"""The file for `ray up`, by Ray's own validator."""

import re
import subprocess

import pytest
import yaml
from jsonschema import ValidationError
from ray.autoscaler._private.util import fillout_defaults, validate_config
from ray.scripts.scripts import start

from cluster.launch.cloud import config
from tests.cluster.launch.conftest import MACHINES, NASTY, NETWORKS


@pytest.fixture
def made(machines, work, fit):
    def make(text=MACHINES, **changes):
        asked = work(**changes)
        return yaml.safe_load(config(asked, machines(text), fit(asked, text)))

    return make


@pytest.mark.parametrize("changes", [{}, NETWORKS], ids=["plain", "networks"])
def test_ray_takes_the_file_as_it_is_and_with_its_defaults(made, changes):
    validate_config({"cluster_synced_files": [], **made(**changes)})
    validate_config(fillout_defaults(made(**changes)))


@pytest.mark.parametrize("wrong", [{"max_worker": 3}, {"idle_timeout_minutes": "x"}, {"auth": 3}])
def test_the_validator_would_find_a_mistake(made, wrong):
    with pytest.raises(ValidationError):
        validate_config({"cluster_synced_files": [], **made(), **wrong})


def test_kinds_of_machines_are_those_of_the_cluster_file(made):
    found = made(MACHINES + 'spot = true\nami = "ami-0123abc"\n', **NETWORKS)
    kinds = found["available_node_types"]
    assert [*kinds] == ["head", "gpu", "cpu"]
    assert kinds["head"]["resources"] == {"CPU": 0, "GPU": 0}
    assert "InstanceMarketOptions" not in kinds["head"]["node_config"]
    assert kinds["gpu"]["resources"] == {"CPU": 8, "GPU": 1, "memory": int(0.7 * 32 * 2**30)}
    assert (kinds["cpu"]["min_workers"], kinds["cpu"]["max_workers"]) == (3, 3)
    assert kinds["cpu"]["node_config"]["InstanceType"] == "m7i.4xlarge"
    assert kinds["cpu"]["node_config"]["ImageId"] == "ami-0123abc"
    assert found["max_workers"] == 5


def test_nodes_with_gpus_may_have_an_image_of_their_own(made):
    found = made(MACHINES.replace("[paths]", 'gpu = "example/gpu:1"\n[paths]'), **NETWORKS)
    validate_config(fillout_defaults(found))
    kinds = found["available_node_types"]
    assert kinds["gpu"]["docker"] == {"worker_image": "example/gpu:1"}
    assert "docker" not in kinds["cpu"]


def test_each_kind_of_worker_tells_ray_what_it_offers(made, tmp_path):
    found = made(**NETWORKS)
    (note,) = found["available_node_types"]["gpu"]["worker_setup_commands"]
    (begin,) = found["worker_start_ray_commands"]
    (tmp_path / "ray").write_text('#!/bin/sh\necho "$RAY_AUTH_MODE" "$@"\n')
    (tmp_path / "ray").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{note} && {begin}"],
        env={"HOME": str(tmp_path), "PATH": f"{tmp_path}:/bin", "RAY_HEAD_IP": "10.0.0.9"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[:5] == [
        "token",
        "start",
        "--address=10.0.0.9:6379",
        "--num-cpus=8",
        "--num-gpus=1",
    ]


def test_ray_knows_every_option_that_machines_are_started_with(made):
    found = made()
    text = " ".join(found["head_start_ray_commands"] + found["worker_start_ray_commands"])
    known = {option for param in start.params for option in param.opts}
    assert "--dashboard-host=127.0.0.1" in text
    assert {*re.findall(r"--[a-z-]+", text)} <= known


def test_the_token_is_a_file_that_ray_copies(made):
    assert made()["file_mounts"] == {"~/.ray/auth_token": "~/.ray/auth_token"}


def test_no_value_can_end_a_word_of_a_command(machines):
    from harness.errors import ClusterFileError

    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    for old in ('"m7i.4xlarge"', '"registry.example/fewlabels:0.1.0"', '"eu-central-1"'):
        with pytest.raises(ClusterFileError):
            machines(MACHINES.replace(old, f'"{quoted}"'))
