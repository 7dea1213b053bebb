"""A file for `ray up` on AWS: a head, and nodes that Ray's autoscaler starts and ends.

Sources: Ray's own schema (`ray/autoscaler/ray-schema.json`) and defaults for AWS;
https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html. The container
image holds fewlabels, so machines need only Docker, which Ray's choice of a machine image has.
"""

from __future__ import annotations

from shlex import quote
from typing import Any

import yaml

from cluster.launch.file import ClusterFile, Nodes
from cluster.launch.fit import Fit
from cluster.launch.work import Work

# Where `ray up` puts the user's own token, and where Ray looks for one unasked. In the container
# the folder is that of the image's user.
TOKEN = "~/.ray/auth_token"  # noqa: S105 - a file's name
IDLE_MINUTES = 10
ENV = "RAY_AUTH_MODE=token RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=1"
Part = dict[str, Any]


def config(work: Work, file: ClusterFile, fit: Fit) -> str:
    """The file, as YAML."""
    kinds: Part = {"head": _kind(file, file.head.instance, spot=False)}
    # No tasks beside the head: what a task does to its node must not end the run.
    kinds["head"] |= {"resources": {"CPU": 0, "GPU": 0}, "min_workers": 0, "max_workers": 0}
    for nodes in fit.nodes:
        kinds[nodes.name] = _kind(file, nodes.instance, spot=file.cloud.spot) | {
            "resources": {"CPU": nodes.cpus, "GPU": nodes.gpus, "memory": nodes.memory_bytes},
            "min_workers": nodes.least,
            "max_workers": nodes.most,
            "worker_setup_commands": [_note(nodes)],
        }
        if nodes.gpus and file.image.gpu:
            kinds[nodes.name]["docker"] = {"worker_image": file.image.gpu}
    found: Part = {
        "cluster_name": work.name,
        "max_workers": sum(nodes.most for nodes in fit.nodes),
        "idle_timeout_minutes": IDLE_MINUTES,
        "provider": {"type": "aws", "region": file.cloud.region, "cache_stopped_nodes": False},
        "auth": {"ssh_user": "ubuntu"},
        "docker": {
            "image": file.image.name,
            "container_name": "fewlabels",
            "pull_before_run": True,
            "run_options": ["--ulimit nofile=65536:65536"],
        },
        "available_node_types": kinds,
        "head_node_type": "head",
        "file_mounts": {TOKEN: TOKEN},
        "setup_commands": [],  # Ray's own would look for a Ray to install
        "head_start_ray_commands": [
            (
                f"{ENV} ray start --head --port=6379 --dashboard-host=127.0.0.1 "
                "--num-cpus=0 --num-gpus=0 --disable-usage-stats "
                "--autoscaling-config=~/ray_bootstrap_config.yaml"
            ),
        ],
        "worker_start_ray_commands": [
            (
                f". ~/.fewlabels-node && {ENV} ray start --address=$RAY_HEAD_IP:6379 "
                '--num-cpus="$CPUS" --num-gpus="$GPUS" --memory="$MEMORY" '
                '--object-store-memory="$OBJECTS" --disable-usage-stats'
            ),
        ],
    }
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)


def _note(nodes: Nodes) -> str:
    """What the command that starts Ray, one for all kinds of nodes, has to know of this kind."""
    text = (
        f"CPUS={nodes.cpus} GPUS={nodes.gpus} MEMORY={nodes.memory_bytes} "
        f"OBJECTS={nodes.object_store_bytes}"
    )
    return f"echo {quote(text)} > ~/.fewlabels-node"


def _kind(file: ClusterFile, instance: str, *, spot: bool) -> Part:
    """A kind of machine, as AWS is asked for it."""
    disk = {"VolumeSize": file.cloud.disk_gb, "VolumeType": "gp3", "Encrypted": True}
    found: Part = {
        "InstanceType": instance,
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": disk}],
        # Only requests that hold a session's token get the machine's rights.
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
    }
    if file.cloud.ami:
        found["ImageId"] = file.cloud.ami
    if spot:
        found["InstanceMarketOptions"] = {"MarketType": "spot"}
    return {"node_config": found}
